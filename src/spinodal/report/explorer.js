// Draws the curves of the clicked cell. Values between 0 and 1 against log(1 + step).
(() => {
  const section = document.currentScript.parentElement;
  const data = JSON.parse(section.querySelector('script[type="application/json"]').textContent);
  const [width, height, left, bottom, top, right] = [640, 260, 44, 40, 12, 12];
  const last = Math.log10(1 + data.steps[data.steps.length - 1]) || 1;
  const plain = (words) => String(words).replace(/[&<>"]/g, (sign) => `&#${sign.charCodeAt(0)};`);
  const x = (step) => left + (width - left - right) * Math.log10(1 + step) / last;
  const y = (value) => top + (height - top - bottom) * (1 - value);
  const text = (at, up, anchor, words) =>
    `<text x="${at}" y="${up}" text-anchor="${anchor}" font-size="12" fill="currentColor">${plain(words)}</text>`;
  const show = (button) => {
    const curves = data.curves[button.dataset.cell];
    let marks = '';
    for (let power = 1; Math.pow(10, power) <= data.steps[data.steps.length - 1]; power++) {
      const at = x(Math.pow(10, power));
      marks += `<line x1="${at}" x2="${at}" y1="${top}" y2="${height - bottom}" stroke="currentColor" opacity=".15"/>`;
      marks += text(at, height - bottom + 16, 'middle', '1e' + power);
    }
    for (const level of [0, 0.5, 1]) marks += text(left - 6, y(level) + 4, 'end', level);
    let lines = '', names = '', at = left;
    for (const [name, runs] of Object.entries(curves)) {
      const colour = plain(data.looks[name]);
      const dash = Object.keys(curves).indexOf(name) % 2 ? 'none' : '5 3';
      for (const run of runs) {
        const pieces = [[]];  // no line across what is not known
        run.forEach((value, k) => value === null ? pieces.push([]) : pieces[pieces.length - 1].push(`${x(data.steps[k])},${y(value)}`));
        for (const points of pieces.filter((piece) => piece.length)) {
          lines += `<polyline points="${points.join(' ')}" fill="none" stroke="${colour}" stroke-width="1.5" ` +
            `stroke-dasharray="${dash}" opacity=".8"/>`;
        }
      }
      names += `<line x1="${at}" x2="${at + 22}" y1="${height - 8}" y2="${height - 8}" stroke="${colour}" ` +
        `stroke-width="2" stroke-dasharray="${dash}"/>` + text(at + 27, height - 4, 'start', name);
      at += 40 + 8 * name.length;
    }
    section.querySelector('.curves').innerHTML = `<svg viewBox="0 0 ${width} ${height}" role="img" aria-label="learning curves">` +
      `<rect x="${left}" y="${top}" width="${width - left - right}" height="${height - top - bottom}" fill="none" stroke="currentColor"/>` +
      `${marks}${lines}${names}${text(width - right, height - 4, 'end', 'updates')}</svg>`;
    section.querySelector('.words').textContent = button.title;
    section.querySelectorAll('button').forEach((other) => other.classList.toggle('chosen', other === button));
  };
  section.addEventListener('click', (event) => { if (event.target.dataset.cell) show(event.target); });
  const first = section.querySelector('button');
  if (first) show(first);
})();
