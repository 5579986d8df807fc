"""
What became of a PDF file after each of its signatures, and what that means for them.

The rule: the last signature covers the file to its last octet. What an earlier one no longer covers is

* `allowed` when only timestamps and validation data were added, or what a certification permits;
* `countersigned` when a later good signature covers the file to its end: the leader signs, the clerk numbers and seals.
  When that also took away or altered what the earlier signer saw, the reason says so: his signature does not speak for
  the new content, and only a clerk can tell a number set in place of dots from a sum made higher;
* `countersigned` too, but indeterminate (TRY_LATER), while such a later signature only waits for a list of revoked
  certificates;
* `suspicious` otherwise, and then never total-passed (SIG_CONSTRAINTS_FAILURE: the value itself did not fail).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from mailbridge.verify.pdf_changes_kinds import ANNOTATING, FILLING, FORM, REPLACED, SIGNING, Kind
from mailbridge.verify.pdf_field import SignedField
from mailbridge.verify.signature import Change, SignatureStatus, Status

if TYPE_CHECKING:
    from pyhanko.pdf_utils.reader import PdfFileReader

UNCOVERED = "the file was changed after this signature, and no later good signature covers the change"
AWAITED = "the file was added to after this signature, and the later signature over that is not verified yet"
FORBIDDEN = "the file was changed after this signature in a way that its certification forbids"
FILLED_IN = "form fields were filled in after this signature, as its certification permits, and nobody signed that"
UNCOMPARED = "what was changed between this signature and a later one could not be compared"
REPLACED_WORDS = {
    Kind.PAGES_REPLACED: "pages were removed after this signature, under a later good one",
    Kind.CONTENT_REPLACED: "the content of a page was replaced after this signature, under a later good one",
    Kind.RESOURCES_REPLACED: "fonts or pictures of a page were replaced after this signature, under a later good one",
    Kind.ANNOTATION_REPLACED: (
        "an annotation, a field or a signature was replaced after this signature, under a later good one"
    ),
    Kind.REFILLED: "a filled form field was changed after this signature, under a later good one",
    Kind.LAYERS_SWITCHED: "the layers of the file were switched after this signature, under a later good one",
    Kind.ACTIONS: "what the file does when it is opened was changed after this signature, under a later good one",
}
"""The remarks beside `countersigned`, by what happened."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Judged:
    """A signature; `later_fit` says whether all document timestamps that came after it fit the file."""

    field: SignedField
    status: SignatureStatus
    later_fit: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class _Finding:
    change: Change
    remark: str | None = None


def judge_changes(judged: Sequence[Judged], reader: PdfFileReader, content: bytes) -> tuple[SignatureStatus, ...]:
    """
    Say what became of the file after each signature; `judged` by the end of what they cover.

    Raises nothing but `MemoryError`.
    """
    settled: list[SignatureStatus] = []
    for number in range(len(judged) - 1, -1, -1):
        each = judged[number]
        later = list(zip(reversed(settled), judged[number + 1 :], strict=True))
        vouched = any(
            status.status is Status.TOTAL_PASSED and after.field.end > each.field.end for status, after in later
        )
        # A later timestamp or signature that no longer fits tells that what was added was tampered with.
        fit = each.later_fit and not any(status.status is Status.TOTAL_FAILED for status, _ in later)
        earlier = [former.field for former in judged[:number]]
        finding = _find(each.field, earlier, reader, content, vouched=vouched, fit=fit)
        awaited = finding.change is Change.SUSPICIOUS and fit and _is_awaited(each, later)
        # The later signature only waits for a list of revoked certificates: the change that it covers is not known to
        # be good, and not known to be bad. This signature waits with it.
        if (
            awaited
            and _find(each.field, earlier, reader, content, vouched=True, fit=fit).change is not Change.SUSPICIOUS
        ):
            settled.append(_awaiting(each.status))
        else:
            settled.append(_with_finding(each.status, finding))
    return tuple(reversed(settled))


def _is_awaited(each: Judged, later: Sequence[tuple[SignatureStatus, Judged]]) -> bool:
    """Say whether a later signature, whole but for the revocation of its certificate, covers what was added."""
    return any(
        status.sub_indication == "TRY_LATER"
        and status.changed_after is not Change.SUSPICIOUS
        and after.field.end > each.field.end
        for status, after in later
    )


def _awaiting(status: SignatureStatus) -> SignatureStatus:
    """Leave open what is good only if a later signature is."""
    waiting = replace(status, changed_after=Change.COUNTERSIGNED)
    if status.status is not Status.TOTAL_PASSED:
        return waiting
    return replace(waiting, status=Status.INDETERMINATE, sub_indication="TRY_LATER", reason=AWAITED)


def _with_finding(status: SignatureStatus, finding: _Finding) -> SignatureStatus:
    status = replace(status, changed_after=finding.change)
    if status.status is not Status.TOTAL_PASSED:
        return status
    if finding.change is Change.SUSPICIOUS:
        return replace(
            status,
            status=Status.INDETERMINATE,
            sub_indication="SIG_CONSTRAINTS_FAILURE",
            reason=finding.remark or UNCOVERED,
        )
    return replace(status, reason=finding.remark or status.reason)


def _find(
    field: SignedField,
    earlier: Sequence[SignedField],
    reader: PdfFileReader,
    content: bytes,
    *,
    vouched: bool,
    fit: bool,
) -> _Finding:
    if field.problem or not (field.embedded or field.unjudged):
        return _Finding(change=Change.SUSPICIOUS)
    if field.end == len(content):
        return _Finding(change=Change.NOTHING)
    try:
        if vouched:
            return _countersigned(field, reader, content)
        return _unsigned(field, earlier, reader, content) if fit else _Finding(change=Change.SUSPICIOUS)
    except MemoryError:
        raise
    # A stranger's file, see `pdf.judge_pdf`: a change that cannot be understood is not permitted by anybody.
    except Exception:  # noqa: BLE001
        return _Finding(change=Change.SUSPICIOUS)


def _countersigned(field: SignedField, reader: PdfFileReader, content: bytes) -> _Finding:
    """Judge what a later good signature covers: only the signer's own certification can forbid it."""
    certified = _certified(field)
    kinds = _compare(field, reader, content)
    if kinds is not None and not kinds:
        return _Finding(change=Change.ALLOWED)
    if certified is not None:
        permitted = {1: frozenset[Kind](), 2: SIGNING}.get(certified, ANNOTATING)
        if kinds is None or kinds - permitted:
            return _Finding(change=Change.SUSPICIOUS, remark=FORBIDDEN)
        return _Finding(change=Change.ALLOWED)
    if kinds is None:
        return _Finding(change=Change.COUNTERSIGNED, remark=UNCOMPARED)
    worst = next((kind for kind in REPLACED if kind in kinds), None)
    return _Finding(change=Change.COUNTERSIGNED, remark=REPLACED_WORDS[worst] if worst else None)


def _unsigned(field: SignedField, earlier: Sequence[SignedField], reader: PdfFileReader, content: bytes) -> _Finding:
    """Judge what nobody good has signed: only additions that nobody signs by their nature, and filling in."""
    from mailbridge.verify.pdf_changes_shape import is_plain, revision_at

    suspicious = _Finding(change=Change.SUSPICIOUS)
    revision = revision_at(reader, content, field.end)
    if revision is None or not is_plain(reader, content, revision, field.end):
        return suspicious
    kinds = _compare(field, reader, content)
    if kinds is None:
        return suspicious
    if not kinds:
        return _Finding(change=Change.ALLOWED)
    # Who signs a certified document does so under its certification (ISO 32000-1 §12.8.2.2).
    in_force = [level for level in (_certified(each) for each in (field, *earlier)) if level is not None]
    # Annotations (P=3) can cover any text with another one: permitted, but never without a signature.
    # A signature can lock fields too (FieldMDP, §12.8.2.4); then a person looks which were filled in.
    locked = any(each.embedded is not None and each.embedded.fieldmdp is not None for each in (field, *earlier))
    if in_force and min(in_force) >= 2 and not kinds - FORM and not (locked and kinds & FILLING):
        return _Finding(change=Change.ALLOWED, remark=FILLED_IN)
    return suspicious


def _compare(field: SignedField, reader: PdfFileReader, content: bytes) -> frozenset[Kind] | None:
    """Compare the file as it was signed with the file as it is; None when that cannot be done."""
    from mailbridge.verify.pdf_changes_compare import compare
    from mailbridge.verify.pdf_changes_shape import revision_at

    try:
        revision = revision_at(reader, content, field.end)
        return None if revision is None else compare(reader, revision)
    except MemoryError:
        raise
    # As above.
    except Exception:  # noqa: BLE001
        return None


def _certified(field: SignedField) -> int | None:
    """Return the level of a signature's certification: 1 no changes, 2 forms, 3 annotations too; None without one."""
    level = field.embedded.docmdp_level if field.embedded is not None else None
    return None if level is None else int(level.value)
