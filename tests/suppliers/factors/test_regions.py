from suppliers.factors import regions


def test_tile_map_has_a_square_for_each_of_the_34():
    squares = {(place.row, place.column) for place in regions.PROVINCES.values()}
    assert len(squares) == len(regions.PROVINCES) == 34
    assert all(0 <= row < 8 and 0 <= column < 9 for row, column in squares)


def test_walks():
    assert regions.electricity_walk("CN-AH") == ("CN-AH", "CN-EAST", "CN")
    assert regions.electricity_walk("CN-XZ") == ("CN-XZ", "CN-SOUTHWEST", "CN")
    assert regions.electricity_walk("CN-TW") == ("TW",)
    assert regions.electricity_walk("VN") == ("VN",)
    assert regions.electricity_walk("CN") == ("CN",)


def test_names_in_both_languages():
    assert regions.name("CN-AH", "zh-hans") == "安徽"
    assert regions.name("CN-EAST", "en") == "East China"
    assert regions.name("XX", "en") == "XX"
