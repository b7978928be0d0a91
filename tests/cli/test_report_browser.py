"""The page in a real browser, of a phone's width and of a desk's: nothing overflows, nothing leaves,
the table sorts and filters. Screenshots stay in the build folder. Skipped without Chromium."""

import base64
import os
import pathlib
import shutil
import socket
import threading

import h5py
import numpy as np
import pytest

from conftest import DATA, mpilogit, write_dense

webdriver = pytest.importorskip("selenium.webdriver")
BROWSER, DRIVER = shutil.which("chromium"), shutil.which("chromedriver")
if not BROWSER or not DRIVER:
    pytest.skip("no chromium or no chromedriver", allow_module_level=True)
SCREENSHOTS = pathlib.Path(os.environ["MPILOGIT_SCREENSHOTS"])
WIDTHS = [390, 1280]


# What the browser asks for itself in spite of all switches: updates, accounts, time, advice. None of
# these serves fonts, scripts or pictures, and a page's own requests are also in the performance log.
BROWSERS_OWN = [f"{name}.googleapis.com" for name in
                ("update", "optimizationguide-pa", "content-autofill", "safebrowsing")] + [
    f"{name}.google.com" for name in ("accounts", "clients2", "android.clients", "mtalk")]


class RefusingProxy(threading.Thread):
    """Takes every connection, writes down what it asks for, and closes it."""

    def __init__(self):
        super().__init__(daemon=True)
        self.server = socket.create_server(("127.0.0.1", 0))
        self.requests = []

    def run(self):
        while True:
            try:
                connection, _ = self.server.accept()
            except OSError:
                return
            with connection:
                connection.settimeout(5)
                request = connection.recv(4096).split(b"\r\n")[0].decode(errors="replace")
                if not any(host in request for host in BROWSERS_OWN):
                    self.requests.append(request)

    @property
    def address(self):
        return "127.0.0.1:%d" % self.server.getsockname()[1]


@pytest.fixture(scope="module")
def proxy():
    proxy = RefusingProxy()
    proxy.start()
    yield proxy
    proxy.server.close()


@pytest.fixture(scope="module")
def browser(proxy):
    options = webdriver.ChromeOptions()
    options.binary_location = BROWSER
    for argument in ("--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage",
                     f"--proxy-server={proxy.address}", "--proxy-bypass-list=<-loopback>",
                     # What the browser itself would ask for is not the page's doing.
                     "--disable-background-networking", "--disable-component-update",
                     "--disable-sync", "--disable-default-apps", "--no-first-run",
                     "--disable-domain-reliability", "--disable-extensions",
                     "--disable-features=NetworkTimeServiceQuerying,OptimizationHints,MediaRouter,"
                     "AutofillServerCommunication,CertificateTransparencyComponentUpdater"):
        options.add_argument(argument)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    service = webdriver.chrome.service.Service(DRIVER)
    driver = webdriver.Chrome(service=service, options=options)
    yield driver
    driver.quit()


@pytest.fixture(scope="module")
def pages(tmp_path_factory):
    """One page of two classes with everything, one of several with long names."""
    folder = tmp_path_factory.mktemp("pages")
    model, path = folder / "model.h5", folder / "path.h5"
    assert mpilogit("train", DATA / "adult.h5", "--l2", "1e-4", "--model", model).code == 0
    assert mpilogit("path", DATA / "adult.h5", "--lambdas", "20", "--standardize", "--model", path).code == 0
    random = np.random.default_rng(4)
    x = random.normal(size=(900, 12))
    y = np.array([b"setosa", b"versicolor", b"virginica " * 4, b"unknown"])[
        np.argmax(x[:, :4] + random.gumbel(size=(900, 4)), axis=1)]
    names = [f"measurement_{j}_" + "of_the_same_thing_again" * (j % 3) for j in range(12)]
    data = write_dense(folder / "several.h5", x, y,
                       feature_names=np.array(names, dtype=h5py.string_dtype()))
    several = folder / "several.model.h5"
    assert mpilogit("train", data, "--l2", "0.01", "--model", several).code == 0
    held_out = DATA / "adult.test.h5"
    made = {}
    for name, arguments in {"two-classes": [model, "--data", held_out],
                            "path": [path, "--step", "10", "--data", held_out, "--plane",
                                     "age,hours-per-week"],
                            "several-classes": [several, "--data", data]}.items():
        made[name] = folder / f"{name}.html"
        assert mpilogit("report", *arguments, "--output", made[name]).code == 0
    return made


def opened(browser, page, width, dark=False):
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", {
        "width": width, "height": 900, "deviceScaleFactor": 1, "mobile": width < 500})
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {
        "features": [{"name": "prefers-color-scheme", "value": "dark" if dark else "light"}]})
    browser.get_log("browser"), browser.get_log("performance")
    browser.get(page.as_uri())
    return browser


def save_screenshot(browser, width, name):
    height = browser.execute_script("return document.documentElement.scrollHeight")
    shot = browser.execute_cdp_cmd("Page.captureScreenshot", {
        "captureBeyondViewport": True,
        "clip": {"x": 0, "y": 0, "width": width, "height": height, "scale": 1}})
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    (SCREENSHOTS / f"{name}-{width}.png").write_bytes(base64.b64decode(shot["data"]))


@pytest.mark.parametrize("name", ["two-classes", "path", "several-classes"])
@pytest.mark.parametrize("width", WIDTHS)
def test_the_page_is_quiet_and_fits(browser, proxy, pages, name, width):
    page = opened(browser, pages[name], width)
    assert page.get_log("browser") == []
    sent = [entry["message"] for entry in page.get_log("performance")
            if '"Network.requestWillBeSent"' in entry["message"]]
    asked = [message for message in sent if '"url":"file:' not in message and '"url":"data:' not in message]
    assert asked == []
    assert page.execute_script("return performance.getEntriesByType('resource').length") == 0
    assert page.execute_script("return document.documentElement.scrollWidth") <= width
    # What is wider than the page scrolls in its own box.
    wide = page.execute_script("""
        const limit = document.documentElement.clientWidth + 0.5;
        return [...document.querySelectorAll('body *')]
            .filter(e => !e.closest('.scroll') && !e.closest('svg') && e.getBoundingClientRect().right > limit)
            .map(e => e.outerHTML.slice(0, 80))""")
    assert wide == []
    # No name sticks out of its plot.
    out = page.execute_script("""
        return [...document.querySelectorAll('figure svg')].flatMap(svg => {
            const box = svg.getBoundingClientRect();
            return [...svg.querySelectorAll('text')].filter(t => {
                const r = t.getBoundingClientRect();
                return r.left < box.left - 1 || r.right > box.right + 1 || r.bottom > box.bottom + 1;
            }).map(t => t.textContent)})""")
    assert out == []
    save_screenshot(page, width, name)
    assert proxy.requests == []


def test_the_proxy_would_have_seen_a_request(browser, proxy, tmp_path):
    """So that the test above can fail."""
    leaking = tmp_path / "leaking.html"
    leaking.write_text("<img src='http://example.invalid/x.png'>")
    opened(browser, leaking, 390)
    assert any("example.invalid" in request for request in proxy.requests)
    proxy.requests.clear()


def test_the_policy_holds_back_what_would_leave(browser, proxy, pages):
    page = opened(browser, pages["two-classes"], 1280)
    page.execute_script("""
        const image = document.createElement('img');
        image.src = 'http://example.invalid/y.png';
        document.body.append(image);""")
    page.execute_async_script("setTimeout(arguments[0], 200)")
    assert proxy.requests == []
    assert any("Content Security Policy" in entry["message"] for entry in page.get_log("browser"))


def test_text_is_readable_in_the_dark(browser, pages):
    page = opened(browser, pages["two-classes"], 1280, dark=True)
    colours = page.execute_script("""
        const of = (selector, property) => getComputedStyle(document.querySelector(selector))[property];
        return [of('body', 'backgroundColor'), of('figure svg text', 'fill'), of('p', 'color')]""")
    lightness = [sum(map(int, colour[4:-1].split(","))) for colour in colours]
    assert lightness[0] < 100 and lightness[1] > 600 and lightness[2] > 600
    save_screenshot(page, 1280, "dark")


def column(page, index):
    return page.execute_script("""
        return [...document.querySelectorAll('#coefficient-table tbody tr')].filter(row => !row.hidden)
            .map(row => row.cells[arguments[0]].dataset.v ?? row.cells[arguments[0]].textContent)""", index)


def click(page, index):
    page.execute_script("document.querySelectorAll('#coefficient-table thead button')[arguments[0]].click()",
                        index)


@pytest.mark.parametrize("width", WIDTHS)
def test_the_table_sorts_and_filters(browser, pages, width):
    page = opened(browser, pages["two-classes"], width)
    values = [float(value) for value in column(page, 1)]
    click(page, 1)
    assert [float(value) for value in column(page, 1)] == sorted(values, reverse=True)
    click(page, 1)
    assert [float(value) for value in column(page, 1)] == sorted(values)
    heads = page.find_elements("css selector", "#coefficient-table thead th")
    assert [head.get_attribute("aria-sort") for head in heads] == ["none", "ascending", "none", "none"]
    click(page, 2)  # the intercept has no odds ratio: it comes last, either way
    assert column(page, 2)[-1] == ""
    click(page, 2)
    assert column(page, 2)[-1] == ""
    click(page, 0)
    names = column(page, 0)
    assert names == page.execute_script("return arguments[0].slice().sort((a, b) => a.localeCompare(b))",
                                        names)

    box = page.find_element("id", "filter")
    box.send_keys("MARITAL")
    shown = column(page, 0)
    assert shown == [name for name in names if "marital" in name] and len(shown) == 7
    assert page.find_element("id", "matches").text == "7 match."
    box.clear()
    box.send_keys("nothing has this name")
    assert column(page, 0) == [] and page.find_element("id", "matches").text == "0 match."
    box.clear()
    box.send_keys(" ")
    assert column(page, 0) == names
    assert page.get_log("browser") == []
