"""Who is for or against whom as a graph in GraphML, which Gephi and networkx read."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

from lxml import etree

Row = Mapping[str, Any]

NAMESPACE: Final = "http://graphml.graphdrawing.org/xmlns"
# What an edge has besides its ends; Gephi draws `weight` as thickness.
EDGE: Final = {"favor": "int", "against": "int", "articles": "int", "weight": "int", "score": "double"}


def graphml(edges: Iterable[Row]) -> bytes:
    """The graph of edges with `source`, `target` and all of `EDGE`; a node for each end, labelled with its name."""
    root = etree.Element("graphml", nsmap={None: NAMESPACE})
    etree.SubElement(root, "key", {"id": "label", "for": "node", "attr.name": "label", "attr.type": "string"})
    for name, kind in EDGE.items():
        etree.SubElement(root, "key", {"id": name, "for": "edge", "attr.name": name, "attr.type": kind})
    graph = etree.SubElement(root, "graph", edgedefault="directed")
    rows = list(edges)
    for name in sorted({row[end] for row in rows for end in ("source", "target")}):
        _data(etree.SubElement(graph, "node", id=name), "label", name)
    for number, row in enumerate(rows):
        edge = etree.SubElement(graph, "edge", id=f"e{number}", source=row["source"], target=row["target"])
        for name in EDGE:
            _data(edge, name, str(row[name]))
    whole: bytes = etree.tostring(root, xml_declaration=True, encoding="UTF-8", pretty_print=True)
    return whole


def _data(parent: Any, key: str, text: str) -> None:
    etree.SubElement(parent, "data", key=key).text = text
