"""The collector's error tree."""

from webemotion import errors


def test_every_leaf_has_its_own_word() -> None:
    """The ledger's words name the leaves one to one."""
    leaves = [
        kind
        for kind in vars(errors).values()
        if isinstance(kind, type)
        and issubclass(kind, errors.CollectionError)
        and not [child for child in kind.__subclasses__() if child.__module__ == errors.__name__]
    ]
    assert {kind.reason: kind for kind in leaves} == errors.ERRORS
    assert len({kind.reason for kind in leaves}) == len(leaves)


def test_the_tree_in_the_docstring_is_the_tree() -> None:
    """Every class of the tree is drawn under its branch."""
    drawing = (errors.__doc__ or "").splitlines()
    branch = errors.CollectionError
    drawn: dict[str, type] = {}
    for line in drawing:
        words = line.strip("│├└─ ").split()
        kind = getattr(errors, words[0], None) if words and "──" in line else None
        if kind is None:
            continue
        if not line.startswith(("    │", "     ")):
            branch, drawn[words[0]] = kind, errors.CollectionError
        else:
            drawn[words[0]] = branch
    assert drawn == {
        name: kind.__base__
        for name, kind in vars(errors).items()
        if isinstance(kind, type)
        and issubclass(kind, errors.CollectionError)
        and kind is not errors.CollectionError
    }
