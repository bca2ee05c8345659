// Icicles: a click on a module, or Enter, fills the width with it; Escape and the button go back. What a module takes and the line that
// imports it is shown below the picture, for the pointer and for the keyboard.
//
// All it needs stands in the picture: the places of the boxes, and their texts. It writes attributes and text, never markup. Nothing is
// prepared before somebody points at a picture, so that sixty of them cost the page nothing.
(() => {
  'use strict';

  const WIDTH = 1100;
  const GAP = 1;
  const INSET = 4;
  const CHARACTER = 6.9;
  const SHORTEST = 6;

  /** What is known of each picture, once somebody has pointed at it. */
  const pictures = new WeakMap();

  const readBox = (g) => {
    const [rect, text, title] = ['rect', 'text', 'title'].map((name) => g.querySelector(name));
    const number = (name) => Number(rect.getAttribute(name));
    const lines = title.textContent.split('\n');
    return { g, rect, text, lines, left: number('x'), width: number('width') + GAP, top: number('y'), label: text?.textContent };
  };

  const pictureOf = (svg) => {
    if (!pictures.has(svg)) {
      const boxes = [...svg.querySelectorAll('g')].map(readBox);
      pictures.set(svg, { svg, boxes, by: new Map(boxes.map((box) => [box.g, box])), zoomed: boxes[0], current: boxes[0] });
    }
    return pictures.get(svg);
  };

  /** True where `outer` is `inner` or above it. Edges are rounded, so half a unit is no difference. */
  const holds = (outer, inner) =>
    outer.top <= inner.top && outer.left <= inner.left + 0.5 && outer.left + outer.width >= inner.left + inner.width - 0.5;

  const labelOf = (name, width) => {
    const columns = Math.floor((width - GAP - 2 * INSET) / CHARACTER);
    const short = name.includes('.') ? name.slice(name.lastIndexOf('.')) : name;
    const fitting = [name, short].find((text) => text.length <= columns);
    if (fitting !== undefined) return fitting;
    return columns >= SHORTEST ? `${short.slice(0, columns - 3)}...` : '';
  };

  const place = (box, left, width, label) => {
    box.rect.setAttribute('x', left);
    box.rect.setAttribute('width', Math.max(width - GAP, 0.5));
    if (label && !box.text) {
      box.text = document.createElementNS('http://www.w3.org/2000/svg', 'text');
      box.text.setAttribute('y', box.top + 14);
      box.g.append(box.text);
    }
    if (box.text) {
      box.text.setAttribute('x', left + INSET);
      box.text.textContent = label ?? '';
    }
  };

  const zoom = (picture, to) => {
    const scale = WIDTH / to.width;
    picture.zoomed = to;
    picture.boxes.forEach((box) => {
      const above = holds(box, to);
      const inside = holds(to, box);
      box.g.toggleAttribute('data-above', above && box !== to);
      if (above || inside) box.g.removeAttribute('display');
      else box.g.setAttribute('display', 'none');
      if (to === picture.boxes[0]) place(box, box.left, box.width, box.label);
      else if (above) place(box, 0, WIDTH, labelOf(box.lines[0], WIDTH));
      else if (inside) place(box, (box.left - to.left) * scale, box.width * scale, labelOf(box.lines[0], box.width * scale));
    });
    const button = picture.svg.closest('.icicle').querySelector('.zoom-out');
    button.hidden = to === picture.boxes[0];
    select(picture, to);
  };

  const select = (picture, box) => {
    picture.current.g.removeAttribute('data-current');
    picture.current = box;
    read(picture, box);
  };

  /** Says below the picture what a box stands for. */
  const read = (picture, box) => {
    const readout = picture.svg.closest('.icicle').querySelector('.readout');
    const text = box.lines.join('; ');
    readout.hidden = false;
    if (readout.textContent !== text) readout.textContent = text;
  };

  /** The box that an arrow key leads to: the first below, the one above, or the next in the row. */
  const towards = (picture, key) => {
    const { boxes, current, zoomed } = picture;
    const seen = boxes.filter((box) => holds(zoomed, box) || holds(box, zoomed));
    const rowOf = (top) => seen.filter((box) => box.top === top).sort((one, other) => one.left - other.left);
    const row = rowOf(current.top);
    const rows = [...new Set(seen.map((box) => box.top))].sort((one, other) => one - other);
    const next = rows[rows.indexOf(current.top) + 1];
    switch (key) {
      case 'ArrowDown': return rowOf(next).find((box) => holds(current, box));
      case 'ArrowUp': return seen.filter((box) => box.top < current.top && holds(box, current)).pop();
      case 'ArrowLeft': return row[row.indexOf(current) - 1];
      case 'ArrowRight': return row[row.indexOf(current) + 1];
      case 'Home': return boxes[0];
      default: return undefined;
    }
  };

  const boxAt = (event) => {
    const g = event.target.closest?.('.icicle svg g');
    if (!g) return {};
    const picture = pictureOf(g.ownerSVGElement);
    return { picture, box: picture.by.get(g) };
  };

  document.addEventListener('click', (event) => {
    const { picture, box } = boxAt(event);
    if (picture) zoom(picture, box);
    const button = event.target.closest?.('.icicle .zoom-out');
    if (!button) return;
    button.closest('.icicle').querySelectorAll('figure svg').forEach((svg) => {
      const { boxes } = pictureOf(svg);
      zoom(pictureOf(svg), boxes[0]);
    });
  });

  document.addEventListener('pointerover', (event) => {
    const { picture, box } = boxAt(event);
    if (picture) read(picture, box);
  });

  document.addEventListener('keydown', (event) => {
    const svg = event.target.closest?.('.icicle .frame')?.querySelector('svg');
    if (!svg || event.ctrlKey || event.metaKey || event.altKey) return;
    const picture = pictureOf(svg);
    if (event.key === 'Escape') zoom(picture, picture.boxes[0]);
    else if (event.key === 'Enter') zoom(picture, picture.current);
    else {
      const box = towards(picture, event.key);
      if (!box) return;
      select(picture, box);
    }
    picture.current.g.setAttribute('data-current', '');
    event.preventDefault();
  });
})();
