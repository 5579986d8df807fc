"""Names of provinces and their seats: enough to tell a place of issue from the words printed before it."""

from __future__ import annotations

from mailbridge.classifier.page.markers import bare

# Those merged in 2025 too: older documents name them. Without marks, since spellings of "Đắk", "Hòa", "Qui" vary.
_KNOWN = frozenset(
    (
        "an giang|ba ria - vung tau|ba ria|vung tau|bac giang|bac kan|bac lieu|bac ninh|ben tre|binh dinh|binh duong|"
        "binh phuoc|binh thuan|ca mau|can tho|cao bang|da nang|dak lak|dac lac|dak nong|dac nong|dien bien|dong nai|"
        "dong thap|gia lai|ha giang|ha nam|ha noi|ha tinh|hai duong|hai phong|hau giang|hoa binh|hue|hung yen|"
        "khanh hoa|kien giang|kon tum|lai chau|lam dong|lang son|lao cai|long an|nam dinh|nghe an|ninh binh|ninh thuan|"
        "phu tho|phu yen|quang binh|quang nam|quang ngai|quang ninh|quang tri|soc trang|son la|tay ninh|thai binh|"
        "thai nguyen|thanh hoa|thua thien hue|thua thien - hue|tien giang|tra vinh|tuyen quang|vinh long|vinh phuc|"
        "yen bai|ho chi minh|thanh pho ho chi minh|tp. ho chi minh|tp ho chi minh|tp.ho chi minh|tp. hcm|tp.hcm|"
        "tphcm|da lat|vinh|nha trang|long xuyen|viet tri|tuy hoa|quy nhon|qui nhon|buon ma thuot|pleiku|my tho|"
        "phan thiet|phan rang-thap cham|phan rang - thap cham|dong ha|dong hoi|tam ky|rach gia|cao lanh|bien hoa|"
        "thu dau mot|ha long|thanh pho ha noi|thanh pho da nang|thanh pho hai phong|thanh pho can tho|thanh pho hue"
    ).split("|")
)


def is_known_place(text: str) -> bool:
    """Say whether `text` is the name of a province or of the seat of one."""
    return " ".join(bare(text).lower().split()) in _KNOWN


def known_tail(text: str) -> int | None:
    """Return where the longest known place at the end of `text` begins: 6 for "Thanh Hà Nội"; None without one."""
    starts = [0, *(index + 1 for index, char in enumerate(text) if char == " ")]
    return next((start for start in starts if is_known_place(text[start:])), None)
