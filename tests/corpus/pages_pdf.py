"""Documents as PDF with a text layer, set by Typst the way text programs of agencies set them."""

from __future__ import annotations

import json
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from tests.corpus.flow import decision_words
from tests.corpus.hand import Ink, Pens
from tests.corpus.letter import Letter
from tests.corpus.style import Head, Rule, Style

_LIBERATION = Path("/usr/share/fonts/truetype/liberation")

_TYPST = """
#let f = json(bytes(sys.inputs.letter))
#let s = json(bytes(sys.inputs.style))
#set document(title: "", date: none)
#set text(font: (s.font, "Libertinus Serif"), size: s.size * 1pt, lang: "vi", hyphenate: false, ligatures: false)
#set par(leading: 0.55em, spacing: 0.55em)
#set page(paper: "a4", margin: (top: 20mm, bottom: 20mm, left: 30mm, right: 15mm), header-ascent: 30%,
  footer: if s.footer { align(center, text(size: 9pt)[#line(length: 100%, stroke: 0.4pt)
    Địa chỉ: Số 45 đường Trần Hưng Đạo; điện thoại: (0209) 3870 123; thư điện tử: vanthu\\@corpus.gov.vn]) },
  header: context { let n = here().page(); if n > 1 { align(center, text(str(n))) } })
#let rule(width, dashes) = if s.rule == "drawn" { block(above: 4pt, below: 0pt, line(length: width, stroke: 0.5pt))
  } else if s.rule == "none" { none } else { block(above: 2pt, below: 0pt, text(weight: "regular", dashes)) }
#let framed(word) = box(stroke: 0.8pt + red, inset: (x: 8pt, y: 4pt), text(fill: red, weight: "bold", word))
#let pen(strokes, colour, thick) = for stroke in strokes { place(top + left, curve(
  stroke: (paint: colour, thickness: thick, cap: "round", join: "round"),
  curve.move(stroke.first().map(v => v * 1pt)), ..stroke.slice(1).map(p => curve.line(p.map(v => v * 1pt))))) }
// A piece of a line: text, or strokes by hand (a list of lists of points) in a box of the width given.
#let piece(p) = if type(p) == str { p } else { box(width: p.width * 1pt, height: 0.8em, baseline: 10%,
  pen(p.strokes, rgb("#1d2a8c"), 1.1pt)) }
#let small = (s.size - 1) * 1pt
#let names = { set text(size: small)
  for line in f.superior [#line \\ ]
  text(weight: "bold", f.issuer.join(linebreak()))
  if f.street != "" { linebreak(); text(size: 9pt, weight: "regular", f.street) }
  if f.is_party [ \\ \\*] else { align(center, rule(22mm, if s.rule == "circle" { "---o0o---" } else { "-------" })) } }
#let state = { text(size: small, weight: "bold", tracking: s.condensed * 1pt, f.state.first())
  if f.state.len() > 1 { linebreak(); text(weight: "bold", f.state.at(1)) }
  align(center, rule(50mm, "---------------")) }
#let about = if f.title == none { block(above: 5pt, width: 92%, text(size: small, f.about)) }
#let number = { for p in f.number { piece(p) }; about }
#let dated = text(style: "italic", for p in f.place_date { piece(p) })
#let both = (s.share * 100%, 100% - s.share * 100%)
#if s.head == "stacked" { set align(left); for line in f.superior + f.issuer + f.state { block(line) }
  block(number); block(dated)
} else if s.head == "tabs" {
  let left = f.superior + f.issuer; let right = f.state
  let rows = calc.max(left.len(), right.len())
  for i in range(rows) { block(below: 5pt, {
    box(width: 40%, align(center, text(size: 12pt, weight: "bold", left.at(i, default: ""))))
    box(width: 60%, align(center, text(size: 12pt, weight: "bold", tracking: s.condensed * 1pt,
      right.at(i, default: "")))) }) }
  grid(columns: both, align: center, number, dated)
} else { grid(columns: both, row-gutter: 9pt, align: center, names, state, number, dated) }
#if s.mark != "" { place(top + if s.mark == "left" { left } else { right }, dy: -16mm,
  dx: if s.mark == "left" { -22mm } else { 10mm }, box(width: 62mm, { set text(font: "Libertinus Serif", size: 7.5pt)
    set par(leading: 0.4em); set align(left)
    [Người ký: #f.issuer.join(" ") \\ Email: vanthu\\@corpus.gov.vn \\ Cơ quan: #f.issuer.join(" ") \
     Thời gian ký: #f.signed_at] })) }
#if s.stamp { place(top + left, dx: -22mm, dy: 30mm, box(stroke: 0.8pt + red, inset: 3pt, width: 34mm, {
  set text(size: 8pt, fill: red); set align(left)
  [SỞ Y TẾ \\ #align(center)[ĐẾN] Số: 4711 \\ Ngày: 12/4/2021 \\ Chuyển: VP] })) }
#if f.urgency != none { v(4pt); pad(left: 8mm, framed(f.urgency)) }
#v(8pt)
#if f.title != none {
  align(center, { block(text(weight: "bold", size: (s.size + 1) * 1pt,
      tracking: if s.spaced_title { 2pt } else { 0pt }, f.title))
    block(above: 6pt, width: 84%, text(weight: "bold", f.about)); align(center, rule(40mm, "----------")) })
  v(6pt) }
#if f.addressees.len() == 1 { align(center)[Kính gửi: #f.addressees.first()] }
#if f.addressees.len() > 1 { pad(left: 30mm)[Kính gửi: \\ #for a in f.addressees [\\- #a \\ ]] }
#v(6pt)
#set par(justify: true, first-line-indent: (amount: 10mm, all: true), spacing: 0.75em)
#if f.grounds.len() > 0 { if f.decides != "" { align(center, text(weight: "bold", f.decides)) }
  for p in f.grounds { par(text(style: "italic", p)) }
  if f.verb != "" { align(center, text(weight: "bold", f.verb)) } }
#for p in f.body { par(p) }
#if s.page_break { pagebreak() }
#v(12pt)
#set par(justify: false, first-line-indent: 0pt, spacing: 0.5em)
#let red-ink = rgb("#d8131399")
#let seal = { let ring(r, w) = place(center + horizon, circle(radius: r, stroke: w + red-ink))
  box(width: 36mm, height: 36mm, { ring(18mm, 1.6pt); ring(12mm, 0.8pt)
    place(center + horizon, text(size: 30pt, fill: red-ink, "★"))
    let name = f.issuer.join(" ").clusters()
    for (i, letter) in name.slice(0, calc.min(24, name.len())).enumerate() {
      place(center + horizon, rotate(-130deg + i * 11deg, box(height: 30mm, align(top, text(size: 8pt, weight: "bold",
        fill: red-ink, letter))))) } }) }
#grid(columns: (45%, 55%),
  { text(size: 12pt, weight: "bold", style: "italic")[Nơi nhận:]
    for r in f.recipients { block(above: 4pt, below: 0pt, text(size: 11pt)[\\- #r]) } },
  align(center, text(weight: "bold", {
    for line in f.authority [#line \\ ]
    f.position; v(24mm); f.signer
    if f.seal { place(top + left, dx: 2mm, dy: 2mm, seal)
      place(top + center, dx: -20mm, dy: 14mm, pen(f.signature, rgb("#1d2a8c"), 1.3pt)) } })))
#if f.annexed.len() > 0 { pagebreak()
  for (i, p) in f.annexed.enumerate() { if i < 3 { align(center, text(weight: if i < 2 { "bold" } else { "regular" },
    style: if i == 2 { "italic" } else { "normal" }, p)) } else { par(justify: true, p) } } }
"""


def as_pdf(letter: Letter, style: Style, pens: Pens | None = None, *, sealed: bool = False) -> bytes:
    """
    Set a document; where the machine lacks its font, in the one that comes with Typst.

    Args:
        pens: What is written by hand in the number and the date, if anything is.
        sealed: Whether seal and signature stand below.
    """
    told = _told(letter, pens or Pens(number=(letter.number,), place_date=(letter.place_date,)), sealed=sealed)
    return typst_pdf(_TYPST, letter=json.dumps(told), style=json.dumps(_told_style(style)))


def typst_pdf(source: str, **inputs: str) -> bytes:
    """Compile Typst source; `inputs` are `sys.inputs`."""
    import typst

    # The stubs want the folders of fonts to be what the source is, octets.
    paths: list[Any] = [_LIBERATION] if _LIBERATION.is_dir() else []
    compiler = typst.Compiler(source.encode(), font_paths=paths, ignore_system_fonts=True, sys_inputs=inputs)
    made = compiler.compile(format="pdf", timestamp=0)
    assert isinstance(made, bytes)
    return made


def _told(letter: Letter, pens: Pens, *, sealed: bool) -> dict[str, object]:
    """Return what the template needs of a letter."""
    decides, verb = decision_words(letter)
    return {
        "state": letter.state,
        "superior": letter.superior,
        "issuer": letter.issuer,
        "number": [_piece(piece) for piece in pens.number],
        "place_date": [_piece(piece) for piece in pens.place_date],
        "title": letter.title,
        "about": letter.about,
        "urgency": letter.urgency,
        "addressees": letter.addressees,
        "grounds": letter.grounds,
        "decides": decides,
        "verb": verb,
        "body": letter.body,
        "authority": letter.authority,
        "position": letter.position,
        "signer": letter.signer,
        "recipients": letter.recipients,
        "is_party": letter.is_party,
        "street": letter.street,
        "annexed": letter.annexed,
        # Documents are signed on their day or some days behind it.
        "signed_at": f"{_days_later(letter.truth['issued_date'])} 16:21:09 +07:00",
        "seal": sealed,
        "signature": pens.signature,
    }


def _days_later(issued: str) -> str:
    day = date.fromisoformat(issued) if issued else date(2020, 1, 2)
    return f"{day + timedelta(days=2):%d.%m.%Y}"


def _piece(piece: str | Ink) -> str | dict[str, object]:
    return piece if isinstance(piece, str) else {"width": piece.width, "strokes": piece.strokes}


def _told_style(style: Style) -> dict[str, object]:
    head = Head.TABLE if style.head is Head.ROWS else style.head
    rule = {Rule.DRAWN: "drawn", Rule.NONE: "none", Rule.CIRCLE: "circle"}.get(style.rule, "dashes")
    return {
        "font": style.face,
        "size": style.size,
        "head": head.value,
        "rule": rule,
        "share": style.share,
        "condensed": style.condensed,
        "stamp": style.stamp,
        "mark": style.mark,
        "footer": style.footer,
        "spaced_title": style.spaced_title,
        "page_break": style.page_break,
    }
