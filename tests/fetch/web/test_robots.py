import itertools
import socket

import pytest

from nabra.tasks.errors import DocumentError
from nabra.tasks.fetch.outcomes import Document
from nabra.tasks.fetch.targets import Target
from nabra.tasks.fetch.web.client import open_web
from nabra.tasks.fetch.web.robots import Robots, product_token
from tests.fetch.conftest import PAGE, fetched, get, refusal

TEXT = {"Content-Type": "text/plain"}


@pytest.mark.parametrize(
    ("user_agent", "token"),
    [("nabra/0.1 (+https://example.org)", "nabra"), ("My-News_Bot 2", "My-News_Bot"), ("007", "*")],
)
def test_the_product_token_is_the_first_word_of_the_user_agent(user_agent, token):
    assert product_token(user_agent) == token


def test_what_robots_txt_forbids_is_a_reject_row_and_is_not_requested(site, settings):
    site.serve("/robots.txt", "User-agent: *\nDisallow: /private\nAllow: /private/open", headers=TEXT)
    addresses = [site.serve(path, PAGE) for path in ("/private/a", "/private/open", "/a")]
    results = fetched(settings(), *(Target(address, "port") for address in addresses))
    assert results[0].row["reason"] == "robots"
    assert results[0].row["detail"] == "the site's robots.txt forbids it to nabra"
    assert [type(result) for result in results[1:]] == [Document, Document]
    assert site.paths() == ["/private/open", "/a"]
    assert len(site.robots_requests) == 1


def test_the_group_that_names_nabra_counts_and_not_the_one_for_all(site, settings):
    site.serve("/robots.txt", "User-agent: *\nDisallow: /\n\nUser-agent: Nabra\nDisallow: /b", headers=TEXT)
    assert get(site.serve("/a", PAGE), settings()).status == 200
    assert refusal(site.serve("/b", PAGE), settings()).reason == "robots"
    assert refusal(site.address + "/a", settings(user_agent="other/1")).reason == "robots"


def test_rules_with_arabic_paths_are_kept(site, settings):
    site.serve("/robots.txt", "\ufeffUser-agent: *\nDisallow: /رياضة/", headers=TEXT)
    assert "robots.txt" in refusal(site.address + "/%D8%B1%D9%8A%D8%A7%D8%B6%D8%A9/1", settings()).detail


@pytest.mark.parametrize("status", [401, 403, 404, 410])
def test_a_site_without_robots_txt_allows_everything(site, settings, status):
    site.serve("/robots.txt", "User-agent: *\nDisallow: /", status=status)
    assert get(site.serve("/a", PAGE), settings()).status == 200


def test_a_robots_txt_that_fails_refuses_the_host_for_the_run_and_is_asked_for_once(site, settings):
    site.serve("/robots.txt", status=503)
    addresses = [site.serve(path, PAGE) for path in ("/a", "/b")]
    results = fetched(settings(retries=1), *(Target(address, "port") for address in addresses))
    assert [result.row["reason"] for result in results] == ["robots", "robots"]
    assert results[1].row["detail"] == (
        f"{site.address}/robots.txt cannot be read, so nothing there is fetched in this run: "
        "status 503, also after retries"
    )
    assert (len(site.robots_requests), site.paths()) == (2, [])


def test_a_robots_txt_that_comes_at_the_second_try_counts(site, settings):
    site.serve("/robots.txt", status=503)
    site.serve("/robots.txt", "User-agent: *\nDisallow: /b", headers=TEXT)
    assert get(site.serve("/a", PAGE), settings()).status == 200


def test_a_host_that_does_not_answer_is_named_as_such_and_not_as_its_robots(settings):
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    error = refusal(f"http://127.0.0.1:{port}/", settings(retries=0))
    assert error.reason == "network_error"
    assert "robots.txt cannot be read" in error.detail
    assert "refused" in error.detail


@pytest.mark.parametrize(("hops", "allowed"), [(5, False), (6, True)])
def test_five_redirects_of_robots_txt_are_followed_and_more_count_as_none(site, settings, hops, allowed):
    chain = ["/robots.txt", *(f"/r{hop}" for hop in range(hops))]
    for here, there in itertools.pairwise(chain):
        site.serve(here, status=301, headers={"Location": there})
    site.serve(chain[-1], "User-agent: *\nDisallow: /a", headers=TEXT)
    url = site.serve("/a", PAGE)
    assert (get(url, settings()).status == 200) if allowed else ("robots.txt" in refusal(url, settings()).detail)


def test_the_target_of_a_redirect_is_asked_for_too(site, settings):
    site.serve("/robots.txt", "User-agent: *\nDisallow: /b", headers=TEXT)
    site.serve("/b", PAGE)
    error = refusal(site.serve("/a", status=302, headers={"Location": "/b"}), settings())
    assert "robots.txt" in error.detail
    assert site.paths() == ["/a"]


def test_no_more_than_500_kib_are_read_and_a_rule_cut_in_its_middle_is_dropped(site, settings):
    head = b"User-agent: *\nDisallow: /first\n"
    filler = b"# " + b"x" * (500 * 1024 - len(head) - 2 - len(b"\nDisallow: /")) + b"\n"
    site.serve(
        "/robots.txt", head + filler + b"Disallow: /second\nDisallow: /third\n" + b"#" * 20_000_000, headers=TEXT
    )
    assert refusal(site.serve("/first", PAGE), settings()).reason == "robots"
    for path in ("/second", "/third"):
        assert get(site.serve(path, PAGE), settings()).status == 200


@pytest.mark.parametrize(("asked_for", "longest", "kept"), [("0.4", 10.0, 0.4), ("3600", 10.0, 10.0), ("0", 10.0, 0.0)])
def test_a_crawl_delay_is_kept_up_to_the_bound(site, settings, distances, asked_for, longest, kept):
    site.serve("/robots.txt", f"User-agent: nabra\nCrawl-delay: {asked_for}", headers=TEXT)
    with open_web(settings(max_crawl_delay_seconds=longest)) as web:
        for path in ("/a", "/b"):
            web.get(site.serve(path, PAGE))
    assert distances == [None, kept, kept]


def test_waiting_out_of_courtesy_does_not_use_up_the_deadline(site, settings):
    with open_web(settings(delay_seconds=3.0, deadline_seconds=2.5)) as web:
        for path in ("/a", "/b"):
            assert web.get(site.serve(path, PAGE)).status == 200
    assert site.requests[1][1] - site.requests[0][1] >= 2.9


@pytest.mark.parametrize(
    "text",
    [
        "".join(f"User-agent: {n}\n" for n in range(4_000)) + "".join(f"Disallow: /{n}\n" for n in range(4_000)),
        "User-agent: *\n" + "".join(f"Disallow: /*a{n}\n" for n in range(30_000)),
        "User-agent: *\nDisallow: /" + "*a" * 100_000 + "b\n",
    ],
)
def test_rules_that_would_take_too_long_are_none_that_can_be_read(text: str) -> None:
    address = "https://example.org/" + "a" * 8_000
    for remembered in ({}, {"https://example.org/robots.txt": text}):
        with pytest.raises(DocumentError, match=r"robots: .* more rules than nabra reads"):
            Robots("nabra/1", lambda _: text, remembered).check(address)


def test_long_honest_rules_are_heeded() -> None:
    agents = "".join(f"User-agent: bot{n}\n" for n in range(300))
    rules = "".join(f"Disallow: /*/private{n}\n" for n in range(1_000))
    robots = Robots("nabra/1", lambda _: f"{agents}{rules}\nUser-agent: *\nDisallow: /closed\n", {})
    robots.check("https://example.org/a/private1")
    with pytest.raises(DocumentError, match="forbids"):
        robots.check("https://example.org/closed/1")


@pytest.mark.parametrize(
    "agent",
    ["nabra/0.1", "Nabra/2.0 (+https://example.org)", "nabra 0.1", "nabra*", "NABRA", "nabra # of Lebanon", "nabra\t"],
)
def test_a_version_or_remark_after_the_name_does_not_count(site, settings, agent):
    site.serve("/robots.txt", f"User-agent: *\nAllow: /\n\nUser-Agent : {agent}\nDisallow: /b", headers=TEXT)
    assert refusal(site.serve("/b", PAGE), settings()).reason == "robots"


@pytest.mark.parametrize("agent", ["nabrax/0.1", "other/1 nabra", "my-nabra/1"])
def test_another_name_is_another_crawler(site, settings, agent):
    site.serve("/robots.txt", f"User-agent: {agent}\nDisallow: /\n", headers=TEXT)
    assert get(site.serve("/a", PAGE), settings()).status == 200
