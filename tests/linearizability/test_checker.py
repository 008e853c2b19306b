"""The checker itself: it accepts histories that are right, and refuses a stale read, a lost update, a key applied twice…"""

from play import go


def test_the_checker_knows_good_histories_from_bad_ones():
    print(go("test", "-buildvcs=false", "-count=1", "./..."))


def test_the_checker_is_written_as_go_wants_it():
    go("vet", "./...")
