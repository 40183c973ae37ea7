"""Comments: what is wrong, said at the cell; the caseworker's own comments are never touched."""

import re
from collections.abc import Mapping, Sequence

from lxml import etree

from fpsheet.ooxml.address import parse_address
from fpsheet.ooxml.archive import DamagedPackageError
from fpsheet.ooxml.parts import (
    DOCUMENT_RELATION,
    MAIN,
    Element,
    Parts,
    add_part,
    add_relation,
    drop_part,
    drop_relation,
    free_name,
    parse,
    relations_of,
    serialise,
    whole_number,
)
from fpsheet.ooxml.relation import PackageRelation
from fpsheet.ooxml.sheet_part import SheetPart
from fpsheet.returned.cell_mark import COMMENT_LEAD, MOST_COMMENTS, is_our_comment

AUTHOR = "fpsheet"

_COMMENTS_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.comments+xml"
_VML_TYPE = "application/vnd.openxmlformats-officedocument.vmlDrawing"
_VML = "urn:schemas-microsoft-com:vml"
_OFFICE = "urn:schemas-microsoft-com:office:office"
_EXCEL = "urn:schemas-microsoft-com:office:excel"

_EMPTY_VML = (
    f'<xml xmlns:v="{_VML}" xmlns:o="{_OFFICE}" xmlns:x="{_EXCEL}">'
    '<v:shapetype id="_x0000_t202" coordsize="21600,21600" o:spt="202"'
    ' path="m,l,21600r21600,l21600,xe"><v:stroke joinstyle="miter"/>'
    '<v:path gradientshapeok="t" o:connecttype="rect"/></v:shapetype></xml>'
)
_SHAPE = (
    '<v:shape xmlns:v="{vml}" xmlns:o="{office}" xmlns:x="{excel}" id="_x0000_s{number}"'
    ' type="#_x0000_t202" style="position:absolute;visibility:hidden;width:230pt;height:{height}pt"'
    ' fillcolor="#fff8e1" o:insetmode="auto"><v:fill color2="#fff8e1"/>'
    '<v:shadow color="black" obscured="t"/><v:path o:connecttype="none"/>'
    '<v:textbox style="mso-direction-alt:auto"/><x:ClientData ObjectType="Note">'
    "<x:MoveWithCells/><x:SizeWithCells/>"
    "<x:Anchor>{left}, 15, {top}, 4, {right}, 15, {bottom}, 4</x:Anchor>"
    "<x:AutoFill>False</x:AutoFill><x:Row>{row}</x:Row><x:Column>{column}</x:Column>"
    "</x:ClientData></v:shape>"
)


def comment_cells(parts: Parts, sheet: SheetPart, texts: Mapping[str, str]) -> None:
    """Put comments on cells that have none.

    Args:
        parts: The package.
        sheet: The worksheet.
        texts: Address → text of the comment.
    """
    comments, drawing = _find_comments(parts, sheet.name), _find_drawing(parts, sheet)
    try:
        root = parse(parts[comments.target]) if comments else _new_comments()
        shapes = parse(parts[drawing.target]) if drawing else parse(_EMPTY_VML.encode())
    except DamagedPackageError:
        return  # an old drawing that is no XML stays as it is; the marks and the list remain
    taken = {entry.get("ref") for entry in root.iter(f"{{{MAIN}}}comment")}
    author = _author(root)
    comment_list = root.find(f"{{{MAIN}}}commentList")
    if comment_list is None:
        comment_list = etree.SubElement(root, f"{{{MAIN}}}commentList")
    free = [(cell, text) for cell, text in texts.items() if cell not in taken][:MOST_COMMENTS]
    comment_list.extend(_comment(cell, text, author) for cell, text in free)
    first = _next_shape(shapes)
    drawn = (_shape(*said, number) for number, said in enumerate(free, start=first))
    shapes.extend(parse(f"<xml>{''.join(drawn)}</xml>".encode()))
    if free:
        _save(parts, sheet, comments, root)
        _save_drawing(parts, sheet, drawing, shapes)


def uncomment_cells(parts: Parts, sheet: SheetPart) -> bool:
    """Take our comments away, and parts that only held ours; tell whether there were any."""
    comments, drawing = _find_comments(parts, sheet.name), _find_drawing(parts, sheet)
    if comments is None:
        return False
    try:
        root = parse(parts[comments.target])
    except DamagedPackageError:
        return False  # what is no XML holds nothing of ours
    authors = [author.text for author in root.iter(f"{{{MAIN}}}author")]
    ours = [entry for entry in root.iter(f"{{{MAIN}}}comment") if _is_ours(entry, authors)]
    if not ours:
        return False
    cells = {entry.get("ref", "") for entry in ours}
    for entry in ours:
        if (parent := entry.getparent()) is not None:
            parent.remove(entry)
    if next(root.iter(f"{{{MAIN}}}comment"), None) is None:
        drop_part(parts, comments.target)
        drop_relation(parts, sheet.name, comments.id)
    else:
        _forget_author(root)
        parts.write(comments.target, serialise(root))
    if drawing is not None:
        _drop_shapes(parts, sheet, drawing, cells)
    return True


def _find_comments(parts: Parts, part: str) -> PackageRelation | None:
    found = (relation for relation in relations_of(parts, part) if relation.kind == "comments")
    return next((relation for relation in found if relation.target in parts), None)


def _find_drawing(parts: Parts, sheet: SheetPart) -> PackageRelation | None:
    """Return the drawing that shows the notes of a sheet: a logo in its header has another one."""
    element = sheet.find("legacyDrawing")
    link = None if element is None else element.get(f"{{{DOCUMENT_RELATION}}}id")
    found = (relation for relation in relations_of(parts, sheet.name) if relation.id == link)
    return next((relation for relation in found if relation.target in parts), None)


def _free_name(parts: Parts, sheet: str, pattern: str) -> str:
    """Return a name for a part of ours: the number of the sheet's own name, or the next free."""
    return free_name(parts, pattern, first=int(re.sub(r"[^0-9]", "", sheet)[-9:] or "1"))


def _new_comments() -> Element:
    return parse(f'<comments xmlns="{MAIN}"><authors/><commentList/></comments>'.encode())


def _author(root: Element) -> int:
    authors = root.find(f"{{{MAIN}}}authors")
    if authors is None:
        authors = etree.Element(f"{{{MAIN}}}authors")
        root.insert(0, authors)
    for number, author in enumerate(authors):
        if author.text == AUTHOR:
            return number
    etree.SubElement(authors, f"{{{MAIN}}}author").text = AUTHOR
    return len(authors) - 1


def _forget_author(root: Element) -> None:
    """Drop our name from the authors where it stands last, so that no number shifts."""
    authors = root.find(f"{{{MAIN}}}authors")
    if authors is not None and len(authors) and authors[-1].text == AUTHOR:
        authors.remove(authors[-1])


def _is_ours(entry: Element, authors: Sequence[str | None]) -> bool:
    number = whole_number(entry.get("authorId"), otherwise=-1)
    named = 0 <= number < len(authors) and authors[number] == AUTHOR
    return named or is_our_comment("".join(map(str, entry.itertext())).lstrip())


def _comment(cell: str, text: str, author: int) -> Element:
    entry = etree.Element(f"{{{MAIN}}}comment", ref=cell, authorId=str(author))
    run = etree.SubElement(etree.SubElement(entry, f"{{{MAIN}}}text"), f"{{{MAIN}}}t")
    run.text = (COMMENT_LEAD + text).strip()
    return entry


def _next_shape(shapes: Element) -> int:
    numbers = (
        int(found.group(1))
        for shape in shapes.iter(f"{{{_VML}}}shape")
        if (found := re.fullmatch(r"_x0000_s(\d+)", shape.get("id", "")))
    )
    return 1 + max(numbers, default=1024)


def _shape(cell: str, text: str, number: int) -> str:
    row, column = _position(cell)
    lines = 2 + len(text) // 40 + text.count("\n")
    return _SHAPE.format(
        vml=_VML,
        office=_OFFICE,
        excel=_EXCEL,
        number=number,
        height=14 * lines,
        left=column + 1,
        right=column + 4,
        top=max(row - 1, 0),
        bottom=max(row - 1, 0) + lines,
        row=row,
        column=column,
    )


def _position(cell: str) -> tuple[int, int]:
    """Return row and column of an address, counted from zero."""
    found = parse_address(cell)
    if found is None:
        raise DamagedPackageError
    return found[0] - 1, found[1] - 1


def _save(parts: Parts, sheet: SheetPart, relation: PackageRelation | None, root: Element) -> None:
    if relation is not None:
        parts.write(relation.target, serialise(root))
        return
    name = _free_name(parts, sheet.name, "xl/comments{}.xml")
    add_part(parts, name, serialise(root), content_type=_COMMENTS_TYPE)
    add_relation(parts, sheet.name, kind="comments", target=name)


def _save_drawing(
    parts: Parts, sheet: SheetPart, relation: PackageRelation | None, root: Element
) -> None:
    content = etree.tostring(root, encoding="UTF-8")
    if relation is not None:
        parts.write(relation.target, content)
        return
    for dangling in sheet.find_all("legacyDrawing"):
        sheet.root.remove(dangling)
    name = _free_name(parts, sheet.name, "xl/drawings/vmlDrawing{}.vml")
    add_part(parts, name, content, content_type=_VML_TYPE)
    link = add_relation(parts, sheet.name, kind="vmlDrawing", target=name)
    element = etree.Element(f"{{{MAIN}}}legacyDrawing", nsmap={"r": DOCUMENT_RELATION})
    element.set(f"{{{DOCUMENT_RELATION}}}id", link)
    sheet.insert(element)


def _drop_shapes(parts: Parts, sheet: SheetPart, drawing: PackageRelation, cells: set[str]) -> None:
    try:
        shapes = parse(parts[drawing.target])
    except DamagedPackageError:
        return
    positions = {_position(cell) for cell in cells if parse_address(cell)}
    for shape in shapes.findall(f"{{{_VML}}}shape"):
        at = (shape.findtext(f".//{{{_EXCEL}}}{axis}") for axis in ("Row", "Column"))
        if tuple(whole_number(text, otherwise=-1) for text in at) in positions:
            shapes.remove(shape)
    if shapes.find(f"{{{_VML}}}shape") is not None:
        parts.write(drawing.target, etree.tostring(shapes, encoding="UTF-8"))
        return
    drop_part(parts, drawing.target)
    drop_relation(parts, sheet.name, drawing.id)
    for element in sheet.find_all("legacyDrawing"):
        sheet.root.remove(element)
