// Returns the texts and the colours of marks whose contrast is too low, by WCAG 2: 4.5 for text,
// 3 for large text and for graphics.
() => {
  const channel = x => x <= 0.03928 ? x / 12.92 : ((x + 0.055) / 1.055) ** 2.4;
  const light = ([r, g, b]) =>
    0.2126 * channel(r / 255) + 0.7152 * channel(g / 255) + 0.0722 * channel(b / 255);
  const numbers = text => text.match(/[\d.]+/g).map(Number);
  const hex = text => [1, 3, 5].map(i => parseInt(text.trim().slice(i, i + 2), 16));
  const ratio = (one, other) => {
    const [a, b] = [light(one), light(other)].sort((x, y) => y - x);
    return (a + 0.05) / (b + 0.05);
  };
  const under = element => {
    for (; element; element = element.parentElement) {
      const colour = numbers(getComputedStyle(element).backgroundColor);
      if (colour.length < 4 || colour[3] > 0) return colour.slice(0, 3);
    }
    return [255, 255, 255];
  };
  const bad = [];
  for (const element of document.querySelectorAll("body *")) {
    const own = [...element.childNodes].some(n => n.nodeType === 3 && n.textContent.trim());
    if (!own || !element.getBoundingClientRect().width || element.closest("title")) continue;
    const style = getComputedStyle(element);
    const ink = numbers(element.closest("svg") ? style.fill : style.color).slice(0, 3);
    const found = ratio(ink, under(element));
    if (found < (parseFloat(style.fontSize) >= 24 ? 3 : 4.5))
      bad.push([element.tagName, element.textContent.slice(0, 40), found.toFixed(2)]);
  }
  const root = getComputedStyle(document.documentElement);
  for (let n = 1; n <= 6; n++) {
    const found = ratio(hex(root.getPropertyValue(`--c${n}`)), hex(root.getPropertyValue("--paper")));
    if (found < 3) bad.push([`--c${n}`, found.toFixed(2)]);
  }
  return bad;
}
