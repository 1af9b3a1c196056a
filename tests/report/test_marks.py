from nabra.tasks.report.marks import Mark, Piece, pieces, stance_pieces

TEXT = "انتقد الاتحاد القرار"


def test_marks_that_overlap_cut_a_text_into_pieces_that_know_all_of_theirs() -> None:
    marks = [Mark(0, 13, "evidence"), Mark(6, 20, "target")]
    assert pieces(TEXT, marks) == [
        Piece("انتقد ", "evidence"),
        Piece("الاتحاد", "evidence target"),
        Piece(" القرار", "target"),
    ]


def test_the_pieces_are_the_text_whatever_the_marks() -> None:
    marks = [Mark(-4, 3, "a"), Mark(2, 2, "b"), Mark(15, 99, "c"), Mark(30, 40, "d")]
    assert "".join(piece.text for piece in pieces(TEXT, marks)) == TEXT
    assert pieces(TEXT, [Mark(30, 40, "d")]) == [Piece(TEXT, "")]


def stance(sentence: str, source: str, target: str, evidence: str) -> dict[str, object]:
    start = 100 + sentence.index(evidence)
    place = {"sentence": sentence, "sentence_start": 100, "start": start, "stop": start + len(evidence)}
    return place | {"source": source, "target": target}


def test_source_and_target_are_marked_where_the_evidence_names_them() -> None:
    row = stance("زار سالم تلال ثم انتقد سالم القرار", "سالم", "القرار", "انتقد سالم القرار")
    assert [piece for piece in stance_pieces(row) if piece.kinds != "evidence"] == [
        Piece("زار سالم تلال ثم ", ""),
        Piece("سالم", "evidence source"),
        Piece("القرار", "evidence target"),
    ]


def test_who_is_not_named_in_the_sentence_is_not_marked() -> None:
    row = stance("وانتقد القرار أيضاً", "سالم", "القرار", "انتقد القرار")
    assert not any("source" in piece.kinds for piece in stance_pieces(row))
