"""Names of provinces and their seats: enough to tell a place of issue from the words printed before it."""

from __future__ import annotations

import re

from mailbridge.classifier.page.markers import bare

# Those merged in 2025 too: older documents name them. Without marks, since spellings of "Đắk", "Hòa", "Qui" vary.
_KNOWN = re.compile(
    r"an giang|ba ria(?: - vung tau)?|vung tau|bac giang|bac kan|bac lieu|bac ninh|ben tre|binh dinh|binh duong|"
    r"binh phuoc|binh thuan|ca mau|cao bang|da[kc] la[kc]|da[kc] nong|dien bien|dong nai|dong thap|gia lai|ha giang|"
    r"ha nam|ha tinh|hai duong|hau giang|hoa binh|hung yen|khanh hoa|kien giang|kon tum|lai chau|lam dong|lang son|"
    r"lao cai|long an|nam dinh|nghe an|ninh binh|ninh thuan|phu tho|phu yen|quang binh|quang nam|quang ngai|quang ninh|"
    r"quang tri|soc trang|son la|tay ninh|thai binh|thai nguyen|thanh hoa|thua thien(?: -)? hue|tien giang|tra vinh|"
    r"tuyen quang|vinh long|vinh phuc|yen bai|da lat|vinh|nha trang|long xuyen|viet tri|tuy hoa|qu[yi] nhon|"
    r"buon ma thuot|pleiku|my tho|phan thiet|phan rang ?- ?thap cham|dong ha|dong hoi|tam ky|rach gia|cao lanh|"
    r"bien hoa|thu dau mot|ha long|"
    r"(?:thanh pho |tp\.? ?)?(?:ha noi|ho chi minh|da nang|hai phong|can tho|hue)|tp\.? ?hcm"
)


def is_known_place(text: str) -> bool:
    """Say whether `text` is the name of a province or of the seat of one."""
    return _KNOWN.fullmatch(" ".join(bare(text).lower().split())) is not None


def known_tail(text: str) -> int | None:
    """Return where the longest known place at the end of `text` begins: 6 for "Thanh Hà Nội"; None without one."""
    starts = [0, *(index + 1 for index, char in enumerate(text) if char == " ")]
    return next((start for start in starts if is_known_place(text[start:])), None)
