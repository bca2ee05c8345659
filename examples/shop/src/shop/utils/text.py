"""Text as it is shown and as it stands in addresses."""


def slug(title):
    """`Blue Cup, 0.3 l` becomes `blue-cup-0-3-l`."""
    words = []
    word = []
    for character in title.casefold():
        if character.isalnum():
            word.append(character)
        elif word:
            words.append("".join(word))
            word = []
    if word:
        words.append("".join(word))
    return "-".join(words)


def shorten(text, width):
    """Cuts at a word's end and says so by an ellipsis."""
    if len(text) <= width:
        return text
    head = text[: width - 1]
    return (head.rsplit(" ", 1)[0] if " " in head else head) + "…"


def table(rows, columns):
    """Aligned text columns, numbers to the right."""
    cells = [[str(row[name]) for name in columns] for row in rows]
    widths = [max([len(name)] + [len(line[index]) for line in cells]) for index, name in enumerate(columns)]
    lines = ["  ".join(name.ljust(width) for name, width in zip(columns, widths)).rstrip()]
    for row, line in zip(rows, cells):
        parts = []
        for name, cell, width in zip(columns, line, widths):
            parts.append(cell.rjust(width) if isinstance(row[name], (int, float)) else cell.ljust(width))
        lines.append("  ".join(parts).rstrip())
    return "\n".join(lines)
