"""What keeps a row of an old list from becoming a case, in both languages: code -> (zh, en), filled from facts. What
the rules refuse is said in the words of `api/problems.py`."""

from __future__ import annotations

from api.import_texts import Text, filled
from api.problems import detail, field_text
from engine.cases.importing.outcome import RowProblem

CASE_PROBLEM_TEXTS: dict[str, Text] = {
    "too_large": ("文件超过 {limit} 字节", "the file is over {limit} bytes"),
    "not_utf8": (
        "文件不是 UTF-8 编码（第 {line} 行），请另存为“CSV UTF-8”",
        "not UTF-8 (line {line}); save it as “CSV UTF-8”",
    ),
    "bad_csv": ("CSV 格式有误：{reason}", "not well-formed CSV: {reason}"),
    "empty_file": (
        "没有找到表头：表是空的，或 header 的行号不对",
        "no header found: the sheet is empty or `header` wrong",
    ),
    "old_xls": ("这是旧的 .xls 格式，请另存为 .xlsx", "this is the old .xls format; save it as .xlsx"),
    "password_protected": ("文件有密码，请去掉密码后再导入", "the file has a password; remove it first"),
    "not_a_workbook": ("不是 .xlsx 或 .csv 文件", "neither an .xlsx nor a .csv file"),
    "damaged_file": ("文件已损坏，无法读取（{part}）", "the file is damaged and cannot be read ({part})"),
    "too_many_parts": ("文件内部有 {found} 个部分，最多 {limit} 个", "the file has {found} parts, at most {limit}"),
    "unpacks_too_large": (
        "文件解压后有 {size} 字节，最多 {limit}",
        "the file unpacks to {size} bytes, at most {limit}",
    ),
    "packed_too_tightly": (
        "文件中 {part} 的压缩比超过 {limit} 倍，疑为压缩炸弹",
        "{part} is packed more than {limit} times: a zip bomb?",
    ),
    "document_type": (
        "文件中 {part} 声明了文档类型（DOCTYPE），不予读取",
        "{part} declares a document type (DOCTYPE), so it is not read",
    ),
    "too_many_rows": ("有内容的行超过 {limit} 行，请分成几个文件", "over {limit} rows with content; split the file"),
    "no_such_sheet": ("没有工作表“{name}”，有：{known}", "there is no sheet “{name}”; there are {known}"),
    "hidden_sheet": ("工作表“{name}”是隐藏的，请先取消隐藏", "the sheet “{name}” is hidden; show it first"),
    "missing": ("不能为空", "must not be empty"),
    "merged_cell": (
        "是合并单元格的一部分，请取消合并并逐行填写",
        "is part of a merged cell; unmerge and fill each row",
    ),
    "formula_without_value": (
        "公式没有保存计算结果，请用表格软件打开并保存一次，或粘贴为数值",
        "a formula without a saved value; open and save the file once, or paste values",
    ),
    "error_value": ("是公式错误值（如 #REF!）", "is an error such as #REF!"),
    "number_too_long": (
        "数字超过 {limit} 位，表格已丢失末尾数字，请改为文本重新填写",
        "a number of over {limit} digits: the sheet lost the last ones; enter it anew as text",
    ),
    "unknown_value": ("不认识“{value}”，可选：{known}", "“{value}” is not known; choose from {known}"),
    "not_a_flag": ("“{value}”不是“是”或“否”", "“{value}” is neither yes nor no"),
    "not_an_integer": ("“{value}”不是整数", "“{value}” is no whole number"),
    "not_money": ("“{value}”不是金额", "“{value}” is no amount of money"),
    "bad_moment": (
        "“{value}”不是认识的日期或时间，可在 formats 中写明格式",
        "“{value}” is no date or time that is known; tell its form in `formats`",
    ),
    "unknown_place": ("没有编号或名称为“{value}”的单位", "there is no unit with the code or name “{value}”"),
    "ambiguous_place": ("不止一个单位叫“{value}”：{known}", "more than one unit is called “{value}”: {known}"),
    "no_place_below": ("单位 {unit} 之下没有 {known}", "the unit {unit} has no {known} below it"),
    "vacant": ("单位 {unit} 今天无人担任{role}，无人代报", "nobody holds the role {role} at the unit {unit} today"),
    "same_row": (
        "与第 {first} 行的标识相同；如是两件事，请在 key 中加列",
        "the same by its key as row {first}; if it is another matter, add a column to `key`",
    ),
}


def case_problem_text(problem: RowProblem, language: str) -> str:
    """The sentence without its place, in `zh` or `en`."""
    index = 0 if language == "zh" else 1
    if problem.refusal is None:
        return filled(CASE_PROBLEM_TEXTS[problem.code], problem.facts, language)
    if problem.field_problem is not None:
        return field_text(problem.refusal.workflow, problem.field_problem)[index]
    return detail(problem.refusal)[index]
