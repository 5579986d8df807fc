from __future__ import annotations

from mailbridge.mail.filetype import ENVELOPE, PDF, identify
from mailbridge.mail.parse import parse
from mailbridge.mail.smime import signed_entities
from mailbridge.reading.judge_warming import _AT, _Signer
from mailbridge.verify.files import judge_file
from mailbridge.verify.signature import Change, Status
from mailbridge.verify.smime import judge_smime


def test_samples_go_the_whole_way() -> None:
    """A sample that failed early would leave cold what comes behind."""
    signer = _Signer()
    for content, media_type, changed in (
        (signer.pdf(), PDF, Change.SUSPICIOUS),
        (signer.wrapped(b"%PDF-1.4"), ENVELOPE, Change.NOTHING),
    ):
        assert identify(content) == media_type
        [status] = judge_file("1", media_type, None, content, (), signer.trust, _AT)
        assert (len(status.chain), status.changed_after) == (2, changed)
        assert status.status is not Status.TOTAL_FAILED
    mail = signer.mail()
    message = parse(mail)
    [entity] = signed_entities(mail, message)
    [result] = judge_smime(entity, message.author, signer.trust, _AT)
    assert result.status is Status.TOTAL_PASSED
