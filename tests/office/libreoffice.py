"""LibreOffice without a window: it opens files as it would for a clerk, and types cells."""

from __future__ import annotations

import subprocess
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final
from xml.etree import ElementTree

SECONDS: Final = 180
#: UTF-8, commas, quotation marks; every column as it is recognised.
AS_CSV: Final = "Text - txt - csv (StarCalc):44,34,76,1,,2052,false,true"
ODF: Final = "{urn:oasis:names:tc:opendocument:xmlns:%s:1.0}%s"
MACRO: Final = """\
Sub Fill(source As String, typed As String, target As String)
  Dim how(0) As New com.sun.star.beans.PropertyValue
  how(0).Name = "Hidden"
  how(0).Value = True
  book = StarDesktop.loadComponentFromURL(ConvertToURL(source), "_blank", 0, how())
  sheet = book.Sheets.getByIndex(0)
  files = CreateUnoService("com.sun.star.ucb.SimpleFileAccess")
  lines = CreateUnoService("com.sun.star.io.TextInputStream")
  lines.setEncoding("UTF-8")
  lines.setInputStream(files.openFileRead(ConvertToURL(typed)))
  Do While Not lines.isEOF()
    parts = Split(lines.readLine(), Chr(9))
    If UBound(parts) = 2 Then
      sheet.getCellByPosition(CLng(parts(1)), CLng(parts(0))).FormulaLocal = parts(2)
    End If
  Loop
  lines.closeInput()
  how(0).Name = "FilterName"
  how(0).Value = "Calc MS Excel 2007 XML"
  book.storeToURL(ConvertToURL(target), how())
  book.close(True)
End Sub
"""
#: The module that a new profile has.
MODULE: Final = "profile/user/basic/Standard/Module1.xba"
MODULE_XML: Final = (
    '<script:module xmlns:script="http://openoffice.org/2000/script" script:name="Module1"'
    f' script:language="StarBasic"><![CDATA[{MACRO}]]></script:module>'
)
#: A cell: its type as LibreOffice calls it, its text or value, and its formula.
Cell = tuple[str, str, str]


class LibreOffice:
    """An office of one's own: profile and files lie in a folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._run("--terminate_after_init")  # makes the profile
        (folder / MODULE).write_text(MODULE_XML, encoding="utf-8")

    def cells(self, file: Path) -> list[list[Cell]]:
        """Open a file and return the cells of its first sheet, row by row."""
        is_csv = file.suffix == ".csv"
        how = [f"--infilter={AS_CSV}"] if is_csv else []
        self._run(*how, "--convert-to", "fods", "--outdir", str(self.folder), str(file))
        tree = ElementTree.parse(self.folder / f"{file.stem}.fods")
        sheet = next(tree.iter(ODF % ("table", "table")))
        return [list(_cells(row)) for row in _rows(sheet)]

    def fill(self, file: Path, rows: Iterable[tuple[int, int, str]], target: Path) -> Path:
        """Open a file, type texts into cells (row and column from 0), and save it as a workbook."""
        typed = self.folder / "typed.tsv"
        lines = [f"{row}\t{column}\t{text}\n" for row, column, text in rows]
        typed.write_text("".join(lines), encoding="utf-8")
        places = ",".join(f'"{each}"' for each in (file, typed, target))
        self._run(f"macro:///Standard.Module1.Fill({places})")
        assert target.is_file(), "LibreOffice wrote nothing"
        return target

    def _run(self, *words: str) -> None:
        profile = f"-env:UserInstallation={(self.folder / 'profile').as_uri()}"
        command = ["soffice", profile, "--headless", "--norestore", *words]
        subprocess.run(command, check=True, timeout=SECONDS, capture_output=True)


def _rows(sheet: ElementTree.Element) -> Iterator[ElementTree.Element]:
    """Yield the rows that hold anything."""
    for row in sheet.iter(ODF % ("table", "table-row")):
        if any(_read(cell)[0] for cell in row):
            yield row


def _cells(row: ElementTree.Element) -> Iterator[Cell]:
    """Yield the cells up to the last that holds anything."""
    empty: list[Cell] = []
    for cell in row:
        times = int(cell.get(ODF % ("table", "number-columns-repeated"), "1"))
        found = _read(cell)
        if found[0]:
            yield from empty
            empty = []
            yield from [found] * times
        else:
            empty += [found] * min(times, 1_000)


def _read(cell: ElementTree.Element) -> Cell:
    kind = cell.get(ODF % ("office", "value-type"), "")
    value = cell.get(ODF % ("office", "date-value")) or cell.get(ODF % ("office", "value"))
    lines = ["".join(_text(line)) for line in cell.findall(ODF % ("text", "p"))]
    return kind, value or "\n".join(lines), cell.get(ODF % ("table", "formula"), "")


def _text(part: ElementTree.Element) -> Iterator[str]:
    """Yield the text of a paragraph: ODF writes blanks beyond the first as elements."""
    yield part.text or ""
    for each in part:
        if each.tag == ODF % ("text", "s"):
            yield " " * int(each.get(ODF % ("text", "c"), "1"))
        elif each.tag == ODF % ("text", "tab"):
            yield "\t"
        elif each.tag == ODF % ("text", "line-break"):
            yield "\n"
        else:
            yield from _text(each)
        yield each.tail or ""
