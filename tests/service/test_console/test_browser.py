"""Laws of the console in a real browser: it can be read, steered by keyboard, and stays at home."""

from __future__ import annotations

import shutil
from urllib.parse import urlsplit

import pytest

if not (shutil.which("chromium") or shutil.which("chromium-browser")):
    pytest.skip(
        "NO CHROMIUM ON THIS MACHINE: the console was not tested in a browser",
        allow_module_level=True,
    )

pytestmark = pytest.mark.browser


def test_the_sign_in_leads_to_where_one_wanted_to_go(page, world, names):
    page.goto(names["ring_path"])
    page.get_by_label("Khóa API").fill(world.key)
    page.keyboard.press("Enter")
    page.wait_for_url(lambda url: url.endswith(names["ring_path"]))
    assert "Nhóm nghi vấn" in page.wait_for_selector("h1").inner_text()


def test_a_wrong_key_is_told_and_the_field_keeps_the_focus(page):
    page.goto("/sign-in")
    page.get_by_label("Khóa API").fill("wrong")
    page.get_by_role("button", name="Đăng nhập").click()
    assert "Khóa không đúng" in page.get_by_role("alert").inner_text()
    assert "wrong" not in page.url
    assert page.evaluate("document.activeElement.id") == "key"


def test_signing_out_closes_the_door(analyst):
    analyst.get_by_role("button", name="Đăng xuất").click()
    analyst.wait_for_url("**/sign-in")
    analyst.goto("/")
    assert urlsplit(analyst.url).path == "/sign-in"


def test_the_list_filters_and_turns_its_pages(analyst):
    rows = analyst.locator("tbody tr")
    assert rows.count() == 25
    analyst.get_by_role("link", name="Cũ hơn").click()
    analyst.wait_for_url("**before=*")
    analyst.wait_for_selector("tbody tr")
    assert rows.count() == 9
    analyst.get_by_role("link", name="Mới hơn").click()
    analyst.wait_for_url("**after=*")
    analyst.wait_for_selector("tbody tr")
    assert rows.count() == 25
    analyst.get_by_role("navigation", name="Lọc theo quyết định").get_by_text("Từ chối").click()
    analyst.wait_for_url("**decision=refuse")
    analyst.wait_for_selector("tbody tr")
    assert rows.count() == 2


def test_the_strip_counts_a_day_and_a_week(analyst):
    strip = analyst.get_by_role("region", name="Số lượt sàng lọc")
    assert "32 24 giờ qua" in strip.inner_text()
    assert "34 trong 7 ngày" in strip.inner_text()


def test_what_a_sender_named_so_is_text(analyst, names):
    analyst.get_by_role("link", name=names["nasty"]).click()
    analyst.wait_for_url("**/screenings/*")
    analyst.wait_for_selector("h1")
    assert names["nasty"] in analyst.locator("main").inner_text()
    assert analyst.title() == "Kết quả sàng lọc – chinhchu"
    assert analyst.complaints == []


def test_a_screening_names_its_differences_and_its_reasons(analyst, world):
    analyst.goto(f"/screenings/{world.screenings['A-ring-1']}")
    text = analyst.wait_for_selector("main").inner_text()
    assert "Từ chối" in text
    assert "Gõ kiểu Telex nhưng chưa chuyển thành dấu." in text
    assert "Nhiều người hoặc nhiều đăng ký dùng chung thiết bị này." in text
    assert "Thông tin cá nhân đã nhập được ẩn" in text
    assert "2026.11-1" in text


def test_a_decision_is_taken_apart_and_the_reading_recorded(analyst, world):
    analyst.goto(f"/screenings/{world.screenings['A-late']}")
    text = analyst.wait_for_selector("main").inner_text()
    assert "Thiết bị này đã dùng cho 7 người khác trong 30 ngày qua." in text
    analyst.get_by_role("link", name="Tách quyết định này").click()
    analyst.wait_for_url("**/explanation")
    text = analyst.wait_for_selector("main", timeout=60_000).inner_text()
    assert "Điều gì khác đi thì quyết định khác đi" in text
    assert "Phần còn lại." in text
    assert analyst.complaints == []
    with world.ledger.connection() as door:
        read = door.execute("SELECT registration_id, what, purpose FROM readings").fetchall()
    assert set(read) == {("A-late", "explanation", "console")}


def test_what_cannot_be_explained_any_more_is_told_so(analyst, world):
    analyst.goto(f"/screenings/{world.screenings['A-ring-1']}/explanation")
    text = analyst.wait_for_selector("main").inner_text()
    assert "không giải thích được" in text
    assert analyst.complaints == []


def test_a_screening_leads_to_its_ring_and_the_ring_back(analyst, world, names):
    analyst.goto(f"/screenings/{world.screenings['A-ring-1']}")
    analyst.get_by_role("link", name=names["ring"]).click()
    analyst.wait_for_url("**/rings/*")
    analyst.wait_for_selector("canvas")
    text = analyst.locator("main").inner_text()
    assert "6: 4 của tổ chức bạn, 2 của tổ chức khác" in text
    assert "Thiết bị, Thư điện tử" in text
    assert "3 tài khoản và 1 SIM của 4 người đứng tên tại 2 tổ chức" in text
    assert "mới phát hiện, +4: 4 thành viên" in text
    analyst.get_by_role("link", name="A-late").click()
    analyst.wait_for_url(f"**/screenings/{world.screenings['A-late']}")


def point(page, name):
    """Where a point of the drawing stands; a canvas has no elements, so the chart is asked."""
    page.wait_for_selector("canvas")
    page.locator(".drawing").scroll_into_view_if_needed()
    page.wait_for_timeout(500)  # the layout is done in the first frames
    place = """name => {
        const view = document.querySelector('.drawing');
        const chart = getElement(parseInt(view.id.slice(1))).chart;
        const series = chart.getModel().getSeriesByIndex(0);
        const data = series.getData();
        const at = data.getItemLayout(data.indexOfName(name));
        const [x, y] = series.coordinateSystem.dataToPoint(at);
        const box = view.getBoundingClientRect();
        return [box.x + x, box.y + y];
    }"""
    return page.evaluate(place, name)


def test_a_point_of_the_drawing_leads_to_its_screening(analyst, world, names):
    analyst.goto(names["ring_path"])
    analyst.mouse.click(*point(analyst, "A-ring-2"))
    analyst.wait_for_url(f"**/screenings/{world.screenings['A-ring-2']}")


def test_the_drawing_takes_a_name_for_text(analyst, names):
    analyst.goto(names["ring_path"])
    analyst.mouse.move(*point(analyst, names["nasty"]))
    analyst.wait_for_function(
        "name => document.querySelector('.drawing').innerText.includes('onerror')"
    )
    assert analyst.title() == "Nhóm nghi vấn – chinhchu"
    assert analyst.complaints == []


def test_english_is_one_link_away_and_is_remembered(analyst):
    analyst.get_by_role("link", name="English").click()
    analyst.wait_for_function("document.documentElement.lang === 'en-GB'")
    assert analyst.wait_for_selector("h1").inner_text() == "Latest screenings"
    analyst.goto("/nothing/here")
    assert analyst.wait_for_selector("h1").inner_text() == "Not found"
    assert analyst.title() == "Not found – chinhchu"


@pytest.mark.parametrize("where", ["/sign-in", "/", "ring", "screening", "/nothing"])
def test_every_page_can_be_heard_and_steered_by_keyboard(analyst, world, names, where):
    ring, one = names["ring_path"], f"/screenings/{world.screenings['A-ring-1']}"
    analyst.goto({"ring": ring, "screening": one}.get(where, where))
    analyst.wait_for_selector("h1")
    assert analyst.evaluate("document.documentElement.lang") == "vi"
    assert analyst.title().endswith(" – chinhchu")
    assert analyst.locator("h1").count() == 1
    assert analyst.locator("main").count() == 1
    unnamed = """() => [...document.querySelectorAll('a, button, input:not([type=hidden])')].filter(
        e => !(e.innerText.trim() || e.labels?.length || e.getAttribute('aria-label'))).length"""
    assert analyst.evaluate(unnamed) == 0
    assert analyst.evaluate("document.querySelectorAll('table:not(:has(caption))').length") == 0
    if where == "/sign-in":
        assert analyst.evaluate("document.activeElement.id") == "key", "one can type at once"
        return
    analyst.keyboard.press("Tab")
    assert analyst.evaluate("document.activeElement.className") == "skip"
    assert analyst.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"


def test_no_page_asks_another_host_for_anything(analyst, world, names):
    for where in ("/", names["ring_path"], f"/screenings/{world.screenings['A-late']}"):
        analyst.goto(where, wait_until="networkidle")
    home = urlsplit(analyst.url).netloc
    away = [
        url
        for url in analyst.seen
        if urlsplit(url).scheme != "data" and urlsplit(url).netloc != home
    ]
    assert away == []
    assert analyst.complaints == []


def test_a_narrow_screen_scrolls_the_table_and_not_the_page(analyst):
    analyst.set_viewport_size({"width": 390, "height": 800})
    analyst.goto("/")
    analyst.wait_for_selector("tbody tr")
    assert analyst.evaluate("document.documentElement.scrollWidth") <= 390
