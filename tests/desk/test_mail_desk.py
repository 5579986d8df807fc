"""Command mails from notice to answer: what clerks do by replying, and how each is told."""

from __future__ import annotations

import pytest

from mailbridge.desk.mail_desk import COMMAND, REPEATED
from mailbridge.letters.replies_seal import tag_of, tags_in
from mailbridge.mail.parse import parse
from mailbridge.registry.acts import Via
from mailbridge.registry.happenings import Happening
from tests.desk.builders_desk import LAN, MAI, Room, Walked
from tests.desk.builders_mail import HEAD, HOA, Post, body_of, digests, seen_reply, subject_of, with_digest
from tests.keys.dkim_keys import rsa_key


@pytest.fixture
def post(room: Room) -> Post:
    return Post(room=room, keys={"own": rsa_key()})


FIELDS = (
    "số 15/QĐ-UBND; ngày: 20/11/2026; loại: Quyết định; cơ quan ban hành: UBND tỉnh Bắc Kạn\n"
    "trích yếu: Về việc ban hành kế hoạch"
)


def test_a_notice_shows_its_answers_and_carries_its_tag(post: Post, mails: dict[str, Walked]) -> None:
    letter = post.notice(mails["08"])
    message = parse(letter.content)
    (tag,) = tags_in(message.subject)
    assert tag_of(letter.key).replace("-", "") == f"[#{tag}]"
    assert message.message_id
    assert message.message_id.startswith(f"<{tag}")
    assert "Có thể trả lời thư này:" in message.text
    assert "- Duyệt, vào sổ: duyệt" in message.text


def test_links_of_a_notice_only_open_letters(post: Post, mails: dict[str, Walked]) -> None:
    html = next(part for part in parse(post.notice(mails["08"]).content).parts if part.declared_type == "text/html")
    links = html.content.decode().split('href="')[1:]
    assert len(links) >= 5
    assert all(each.startswith("mailto:vanthu@sonv.backan.gov.vn?subject=") for each in links)


def test_a_clerk_corrects_and_confirms_and_takes_it_back(post: Post, mails: dict[str, Walked]) -> None:
    letter = post.notice(mails["08"])
    answer = post.say(letter, FIELDS)
    told = body_of(answer)
    assert "[Đã thực hiện]" in told
    assert "Số đến 01/2026" in told
    assert "Số, ký hiệu:" in told
    assert "→ 15/QĐ-UBND" in told
    assert "HOÀN TÁC" in told
    assert post.rules()[-1] == COMMAND
    assert post.counts() == {"act": 1, "entry": 1}
    undone = post.say(answer, "HOÀN TÁC")
    assert "Đã hoàn tác" in body_of(undone)
    assert post.counts()["act"] == 2
    assert post.desk.waiting("sonv")[0].mail_id == mails["08"].mail.id


def test_the_answer_hangs_in_the_thread_and_says_it_is_a_machine(post: Post, mails: dict[str, Walked]) -> None:
    message = parse((post.say(post.notice(mails["08"]), "?") or pytest.fail("no answer")).content)
    assert message.first("In-Reply-To") == "<reply-1@sonv.backan.gov.vn>"
    assert message.first("Auto-Submitted") == "auto-generated"


def test_what_is_unclear_changes_nothing_and_asks(post: Post, mails: dict[str, Walked]) -> None:
    told = body_of(post.say(post.notice(mails["08"]), "duyệt nhưng chờ anh Nam xem"))
    assert "[Chưa rõ]" in told
    assert "Chưa có gì thay đổi." in told
    assert "> duyệt nhưng chờ anh Nam xem" in told
    assert "Đã hiểu là:\n- Duyệt, vào sổ" in told
    assert "trả lại: gửi sai nơi nhận" in told
    assert post.counts() == {"act": 0, "entry": 0}


def test_the_first_clerk_wins_and_the_second_is_told(post: Post, mails: dict[str, Walked]) -> None:
    first = post.notice(mails["08"])
    second = post.notice(mails["08"], MAI, received=True)
    post.say(first, "không phải văn bản")
    told = body_of(post.say(second, FIELDS, sender=MAI))
    assert "[Không thực hiện]" in told
    assert LAN in told
    assert "không phải văn bản" in told
    assert post.counts() == {"act": 1, "entry": 0}


def test_confirm_and_assign_in_one_mail(post: Post, mails: dict[str, Walked]) -> None:
    letter = post.notice(mails["08"])
    answer = post.say(letter, f"{FIELDS}\nduyệt, giao P.TCHC chủ trì, phối hợp VP, hạn 30/11")
    told = body_of(answer)
    assert "Đã vào sổ" in told
    assert "Đã chuyển xử lý" in told
    assert "Phòng Tổ chức - Hành chính" in told
    assert "30/11/2026" in told
    assert post.counts()["act"] == 2
    # One mail asked for both, one mail takes both back: the newest first, and the number stays taken.
    undone = body_of(post.say(answer, "hoàn tác"))
    assert "[Đã thực hiện]" in undone
    assert undone.count("Đã hoàn tác") == 2
    assert "Đã hoàn tác: chuyển xử lý, số đến 01/2026." in undone
    assert "Phòng Tổ chức - Hành chính, Văn phòng Sở có thể đã được báo" in " ".join(undone.split())
    assert "Đã hoàn tác: vào sổ, số đến 01/2026. Số đến 01/2026 không còn giá trị" in " ".join(undone.split())
    assert post.counts() == {"act": 4, "entry": 1}
    assert post.desk.waiting("sonv")[0].mail_id == mails["08"].mail.id
    assert "Không có thao tác nào để hoàn tác" in body_of(post.say(answer, "hoàn tác"))
    assert "Số đến 02/2026" in body_of(post.say(letter, FIELDS))


def test_undo_behind_the_first_notice_takes_back_all_that_the_last_mail_asked_for(
    post: Post, mails: dict[str, Walked]
) -> None:
    letter = post.notice(mails["08"])
    post.say(letter, FIELDS)
    post.say(letter, "trích yếu: Về việc khác\ngiao P.TCHC, hạn 30/11")
    assert body_of(post.say(letter, "hoàn tác")).count("Đã hoàn tác") == 2
    assert post.desk.waiting("sonv") == ()
    # What was done by the mail before it is taken back next.
    assert body_of(post.say(letter, "hoàn tác")).count("Đã hoàn tác") == 1
    assert post.desk.waiting("sonv")[0].mail_id == mails["08"].mail.id
    assert post.counts() == {"act": 6, "entry": 1}


def test_what_another_clerk_did_since_is_not_taken_back(post: Post, mails: dict[str, Walked]) -> None:
    first, second = post.notice(mails["08"]), post.notice(mails["08"], MAI, received=True)
    answer = post.say(first, f"{FIELDS}\nduyệt, giao P.TCHC")
    post.say(second, "số 16/QĐ-UBND", sender=MAI)
    told = body_of(post.say(answer, "hoàn tác"))
    assert "[Không thực hiện]" in told
    assert "hoàn tác các thao tác sau trước" in " ".join(told.split())
    # The label of the letter that was answered is replaced.
    assert told.startswith("[Không thực hiện] Số đến 01/2026 [#")
    assert post.counts()["act"] == 3


def test_an_unknown_unit_stops_all_of_it_before_anything_is_done(post: Post, mails: dict[str, Walked]) -> None:
    told = body_of(post.say(post.notice(mails["08"]), f"{FIELDS}\nduyệt, giao P.XYZ"))
    assert "Không có đơn vị" in told
    assert post.counts() == {"act": 0, "entry": 0}


def test_assigning_what_is_not_entered_is_explained(post: Post, mails: dict[str, Walked]) -> None:
    assert "chưa vào sổ" in body_of(post.say(post.notice(mails["08"]), "chuyển P.TCHC"))
    assert post.counts() == {"act": 0, "entry": 0}


def test_a_head_directs_but_enters_nothing(post: Post, mails: dict[str, Walked]) -> None:
    clerk, head = post.notice(mails["08"]), post.notice(mails["08"], HEAD, received=True)
    assert "Không có quyền" in body_of(post.say(head, "duyệt", sender=HEAD))
    post.say(clerk, FIELDS)
    told = body_of(post.say(head, "giao P.TCHC chủ trì, hạn 30/11\ný kiến: tham mưu trả lời", sender=HEAD))
    assert "Đã chuyển xử lý" in told
    assert "Không có quyền" in body_of(post.say(head, "hủy: nhập nhầm", sender=HEAD))
    assert post.counts()["act"] == 2


def test_void_and_correct_and_merge_what_is_entered(post: Post, mails: dict[str, Walked]) -> None:
    letter = post.notice(mails["08"])
    post.say(letter, FIELDS)
    assert "→ 16/QĐ-UBND" in body_of(post.say(letter, "số 16/QĐ-UBND"))
    assert "Không có số đến 77" in body_of(post.say(letter, "trùng với số 77"))
    assert "Đã hủy" in body_of(post.say(letter, "hủy: nhập nhầm văn bản"))


def test_confirming_what_is_entered_says_by_whom(post: Post, mails: dict[str, Walked]) -> None:
    letter = post.notice(mails["08"])
    post.say(letter, FIELDS)
    told = body_of(post.say(letter, "duyệt"))
    assert LAN in told
    assert post.counts() == {"act": 1, "entry": 1}


def test_a_digest_is_answered_by_numbers(post: Post, mails: dict[str, Walked]) -> None:
    for name in ("07", "08", "09"):
        post.room.receive(mails[name])
    ids = tuple(mails[name].mail.id for name in ("07", "08", "09"))
    digest = with_digest(post, ids)
    told = body_of(post.say(digest, "duyệt hết trừ 2"))
    assert "Mục 2" not in told
    entered = post.counts()["entry"]
    assert entered + told.count("Mục ") >= 2
    assert ids[1] in {each.mail_id for each in post.desk.waiting("sonv")}
    assert "không có mục 9" in body_of(post.say(digest, "duyệt 9"))
    assert "Thư tổng hợp" in body_of(post.say(digest, "hủy: nhập nhầm"))
    assert post.counts()["entry"] == entered


def test_a_digest_of_the_clock_is_answered_line_by_line(post: Post, mails: dict[str, Walked]) -> None:
    """H9: the numbers mean the lines that stood in this letter, whatever waits by now."""
    names = ("07", "08", "10")
    for name in names:
        post.room.receive(mails[name])
    sent = digests(post)
    assert set(sent) == {LAN, MAI}
    shown = body_of(sent[LAN])
    assert "1. Công văn số 2210/STC-QLNS" in shown
    assert "3. Thông báo số 77/TB-TCT" in shown
    post.desk.dismiss(mails["07"].mail.id, "sonv", by=LAN, via=Via.CLI)

    told = " ".join(body_of(post.say(sent[LAN], "Duyệt hết trừ 2 nhé.")).split())
    assert "[Thực hiện một phần] Số đến 01/2026" in told
    assert "Mục 1: Thư này đã ghi không phải văn bản" in told
    assert "Mục 2" not in told
    assert [each.mail_id for each in post.desk.waiting("sonv")] == [mails["08"].mail.id]

    # The second clerk answers her own digest: who was quicker is told line by line.
    late = " ".join(body_of(post.say(sent[MAI], "duyệt 3", sender=MAI)).split())
    assert "[Không thực hiện]" in late
    assert LAN in late
    assert post.counts() == {"act": 2, "entry": 1}


def test_a_batch_is_taken_back_as_one(post: Post, mails: dict[str, Walked]) -> None:
    for name in ("07", "10"):
        post.room.receive(mails[name])
    answer = post.say(digests(post)[LAN], "duyệt hết")
    assert "Số đến 02/2026: Không gửi thư cho nơi gửi" in " ".join(body_of(answer).split())
    assert body_of(post.say(answer, "HOÀN TÁC")).count("Đã hoàn tác: vào sổ") == 2
    assert len(post.desk.waiting("sonv")) == 2


def test_numbers_mean_nothing_in_the_answer_to_one_notice(post: Post, mails: dict[str, Walked]) -> None:
    assert "thư tổng hợp" in body_of(post.say(post.notice(mails["08"]), "duyệt 1, 2"))
    assert post.counts()["entry"] == 0


def test_asking_the_book_by_mail_with_and_without_a_notice(post: Post, mails: dict[str, Walked]) -> None:
    letter = post.notice(mails["08"])
    post.say(letter, FIELDS)
    told = body_of(post.say(letter, "tìm 15/QĐ-UBND"))
    assert "Tìm thấy 1 văn bản" in told
    assert "Số đến 01/2026" in told
    assert "21/11/2026" in told
    assert "01/2026" in body_of(post.say(None, "tìm ban hành kế hoạch"))
    assert "Không tìm thấy" in body_of(post.say(None, "tìm chuyện không có"))


def test_a_member_of_a_unit_sees_only_what_was_handed_to_it(post: Post, mails: dict[str, Walked]) -> None:
    letter = post.notice(mails["08"])
    post.say(letter, FIELDS)
    assert "Không tìm thấy" in body_of(post.say(None, "tìm 15/QĐ-UBND", sender=HOA))
    post.say(letter, "giao phòng cải cách hành chính")
    assert "01/2026" in body_of(post.say(None, "tìm 15/QĐ-UBND", sender=HOA))


def test_help_shows_examples(post: Post, mails: dict[str, Walked]) -> None:
    told = body_of(post.say(post.notice(mails["08"]), "?"))
    assert "[Trợ giúp]" in told
    assert "giao P.TCHC chủ trì, phối hợp VP, hạn 15/8" in told


def test_the_subject_alone_is_enough_where_a_link_opened_the_letter(post: Post, mails: dict[str, Walked]) -> None:
    letter = post.notice(mails["08"])
    assert post.say(letter, "không phải văn bản", in_reply_to=None) is not None
    assert post.counts()["act"] == 1


def test_the_thread_alone_is_enough_where_the_subject_was_changed(post: Post, mails: dict[str, Walked]) -> None:
    letter = post.notice(mails["08"])
    assert post.say(letter, "không phải văn bản", subject="Re: việc hôm nay") is not None
    assert post.counts()["act"] == 1


def test_a_signed_mail_from_outside_is_done_like_one_from_inside(post: Post, mails: dict[str, Walked]) -> None:
    letter = post.notice(mails["08"])
    seen = post.reply(letter, "không phải văn bản", sign="sonv.backan.gov.vn")
    assert seen.authentication.proves_author
    case = post.take(seen)
    assert case is not None
    assert case.rule == COMMAND
    assert post.counts()["act"] == 1


def test_the_same_mail_is_done_and_answered_once(post: Post, mails: dict[str, Walked]) -> None:
    letter = post.notice(mails["08"])
    post.say(letter, FIELDS)
    letters = len(post.letters())
    again = seen_reply(letter, FIELDS, number=77, internal=True, message_id="<reply-1@sonv.backan.gov.vn>")
    case = post.take(again)
    assert case is not None
    assert case.rule == REPEATED
    assert len(post.letters()) == letters
    assert post.counts() == {"act": 1, "entry": 1}


def test_walking_the_same_mail_again_changes_nothing(post: Post, mails: dict[str, Walked]) -> None:
    letter = post.notice(mails["08"])
    seen = post.reply(letter, FIELDS, internal=True)
    post.take(seen)
    letters = len(post.letters())
    assert post.take(seen) is not None
    assert len(post.letters()) == letters
    assert post.counts() == {"act": 1, "entry": 1}


def test_after_a_crash_a_command_is_told_and_not_done_again(post: Post, mails: dict[str, Walked]) -> None:
    letter = post.notice(mails["08"])
    seen = post.reply(letter, FIELDS, internal=True)
    post.commands._book.begin(seen.mail.id, "sonv", LAN, ("số 15",))  # what the program wrote before it ended
    post.desk.dismiss(mails["08"].mail.id, "sonv", by=LAN, via=Via.MAIL)
    post.take(seen)
    told = body_of(post.letters()[-1])
    assert "[Cần xem lại]" in told
    assert "đã ghi không phải văn bản" in told
    assert post.counts() == {"act": 1, "entry": 0}


def test_a_reply_with_files_is_not_done(post: Post, mails: dict[str, Walked]) -> None:
    attach = b'Content-Type: application/pdf; name="a.pdf"\r\nContent-Disposition: attachment\r\n\r\n%PDF-1.7\n'
    told = body_of(post.say(post.notice(mails["08"]), "không phải văn bản", attach=attach))
    assert "tệp đính kèm" in told
    assert post.counts()["act"] == 0


def test_a_mail_in_html_alone_is_read_without_what_it_quotes(post: Post, mails: dict[str, Walked]) -> None:
    html = (
        '<div>không phải văn bản</div><div class="gmail_quote"><div>Vào 08:30 A &lt;a@b.example&gt; đã viết:</div>'
        "<blockquote>duyệt<br>hủy: x</blockquote></div>"
    )
    assert post.say(post.notice(mails["08"]), "", html=html) is not None
    assert post.events(Happening.COMMANDED) == ["không phải văn bản"]
    assert post.counts()["act"] == 1


def test_nothing_of_the_mail_is_kept_but_the_lines_of_the_command(post: Post, mails: dict[str, Walked]) -> None:
    letter = post.notice(mails["08"])
    case = post.take(post.reply(letter, "không phải văn bản\n\nTrân trọng,\nLan 0912345678", internal=True))
    assert case is not None
    assert (case.action, case.subject, case.author, case.judgement, case.message_id) == ("pass", None, None, None, None)
    assert post.events(Happening.COMMANDED) == ["không phải văn bản"]


def test_ordinary_mail_of_a_clerk_goes_its_ordinary_way(post: Post) -> None:
    assert post.take(post.reply(None, "Kính gửi Văn thư, gửi chị bản thảo.", internal=True)) is None
    assert post.take(post.reply(None, "duyệt", internal=True)) is None


def test_the_subject_of_the_answer_can_be_answered_again(post: Post, mails: dict[str, Walked]) -> None:
    answer = post.say(post.notice(mails["08"]), "?")
    assert answer is not None
    assert tags_in(subject_of(answer))
    assert post.say(answer, "không phải văn bản") is not None
    assert post.counts()["act"] == 1
