"""Whether people can read a page: its contrasts, and what a screen reader needs."""

# WCAG 2.2, success criterion 1.4.3.
LEAST = 4.5

# Each text with its colour, and that of the first background below it.
TEXTS = """
const numbers = (colour) => colour.match(/[\\d.]+/g).map(Number);
const texts = [];
for (const element of document.querySelectorAll("body *")) {
  const own = [...element.childNodes].filter((node) => node.nodeType === 3).map((node) => node.data.trim()).join("");
  if (!own || ["STYLE", "SCRIPT"].includes(element.tagName)) continue;
  let below = element;
  while (below && numbers(getComputedStyle(below).backgroundColor)[3] === 0) below = below.parentElement;
  const background = getComputedStyle(below ?? document.documentElement).backgroundColor;
  texts.push([own, numbers(getComputedStyle(element).color), numbers(background)]);
}
return texts;
"""

# What a screen reader, and somebody who magnifies, need.
NEEDS = """
const missing = [];
const need = (what, holds) => { if (!holds) missing.push(what); };
need("a language", document.documentElement.lang === "en");
need("a title", document.title.trim());
need("one heading", document.querySelectorAll("h1").length === 1);
need("no heading below none", !document.querySelector("h2, h3, h4, h5, h6"));
need("a main part", document.querySelectorAll("main").length === 1);
need("pictures that say what they are, or nothing",
  [...document.querySelectorAll("svg, img")].every((it) => it.ariaHidden === "true" || it.alt || it.ariaLabel));
need("a page that can be magnified",
  !/user-scalable|maximum-scale/.test(document.querySelector("meta[name=viewport]")?.content ?? ""));
need("no identifier twice", new Set([...document.querySelectorAll("[id]")].map((it) => it.id)).size
  === document.querySelectorAll("[id]").length);
need("names beside their values",
  [...document.querySelectorAll("dl > div")].every((it) => it.querySelector("dt") && it.querySelector("dd")));
need("no text wider than the window", document.documentElement.scrollWidth <= innerWidth);
return missing;
"""


def contrasts(browser):
    """Each text of the page, with the contrast to what is behind it."""
    return [(text, contrast(colour, background)) for text, colour, background in browser.evaluate(TEXTS)]


def complaints(browser):
    """What keeps somebody from reading the page, a sentence each."""
    faint = [f"{text!r} has a contrast of {ratio:.2f}" for text, ratio in contrasts(browser) if ratio < LEAST]
    return faint + [f"{what} is missing" for what in browser.evaluate(NEEDS)]


def contrast(one, other):
    """The contrast ratio of two colours."""
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def luminance(colour):
    """WCAG's relative luminance of red, green and blue of up to 255 each."""
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in (part / 255 for part in colour[:3])]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
