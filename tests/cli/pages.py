"""A report's page, as a browser or a screen reader would find it."""

import html.parser
import re

VOID = {"meta", "link", "input", "br", "path", "polygon", "circle"}


class Element:
    def __init__(self, tag, attributes, parent):
        self.tag, self.attributes, self.parent = tag, dict(attributes), parent
        self.children = []

    def __getitem__(self, name):
        return self.attributes.get(name)

    def all(self, tag, **attributes):
        """Descendants in the order of the page."""
        for child in self.children:
            if isinstance(child, str):
                continue
            if child.tag == tag and all(child[name] == value for name, value in attributes.items()):
                yield child
            yield from child.all(tag, **attributes)

    def first(self, tag, **attributes):
        return next(self.all(tag, **attributes))

    @property
    def text(self):
        parts = [child if isinstance(child, str) else child.text for child in self.children]
        return "".join(parts)

    @property
    def own_elements(self):
        return [child for child in self.children if not isinstance(child, str)]


class Page(html.parser.HTMLParser):
    """Parses strictly: every tag that is opened is closed."""

    def __init__(self, text):
        super().__init__(convert_charrefs=True)
        self.source = text
        self.root = self.at = Element("root", [], None)
        self.feed(text)
        self.close()
        assert self.at is self.root, f"<{self.at.tag}> is never closed"

    def handle_starttag(self, tag, attributes):
        element = Element(tag, attributes, self.at)
        self.at.children.append(element)
        if tag not in VOID:
            self.at = element

    def handle_startendtag(self, tag, attributes):
        self.at.children.append(Element(tag, attributes, self.at))

    def handle_endtag(self, tag):
        assert tag == self.at.tag, f"</{tag}> closes <{self.at.tag}>"
        self.at = self.at.parent

    def handle_data(self, data):
        self.at.children.append(data)

    def elements(self):
        def walk(element):
            for child in element.own_elements:
                yield child
                yield from walk(child)
        return walk(self.root)

    @property
    def sections(self):
        return [section["id"] for section in self.root.all("section")]

    @property
    def plots(self):
        return {figure["id"].removeprefix("figure-"): figure
                for figure in self.root.all("figure") if figure["id"]}

    def facts(self, section):
        return {fact.text: value.text
                for fact, value in zip(self.root.first("section", id=section).all("dt"),
                                       self.root.first("section", id=section).all("dd"))}

    def coefficients(self):
        """Rows of the table: cells' texts, and their numbers in full where there are some."""
        table = self.root.first("table", id="coefficient-table")
        heads = [head.text for head in table.first("thead").all("th")]
        rows = []
        for row in table.first("tbody").all("tr"):
            cells = row.own_elements
            assert len(cells) == len(heads)
            values = [float(cell["data-v"]) if cell["data-v"] else cell.text for cell in cells]
            rows.append(dict(zip(heads, values)))
        return rows


def numbers(text):
    return [float(number) for number in re.findall(r"-?[0-9.]+", text)]
