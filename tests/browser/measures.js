/**
 * What is wrong to the eye in the bot's messages, in words: nothing cut, nothing too wide, no wall of text, numbers
 * and codes in one piece, and a next step in sight. An empty list where all is well.
 * `longest`: the lines a text may have; `whole`: a message fits the window.
 */
(longest, whole) => {
  const wrong = [];
  const near = 1.5;
  const note = (what, node) => wrong.push(`${what}: ${node.textContent.trim().slice(0, 70)}`);

  const lines = (node) => {
    const range = document.createRange();
    range.selectNodeContents(node);
    const middles = [...range.getClientRects()].filter((box) => box.width > 1).map((box) => box.top + box.height / 2);
    return middles.sort((a, b) => a - b).filter((middle, at) => at === 0 || middle - middles[at - 1] > 6).length;
  };

  const within = (inner, outer, what) => {
    const [a, b] = [inner.getBoundingClientRect(), outer.getBoundingClientRect()];
    if (a.left < b.left - near || a.right > b.right + near) note(what, inner);
  };

  const label = (key) => {
    const words = key.querySelector(".key-text");
    if (words.scrollWidth > words.clientWidth + near || words.scrollHeight > words.clientHeight + near) note("a label is cut", key);
    else if (lines(words) > 1) note("a label takes two lines", key);
  };

  const broken = (text) => {
    for (const code of text.querySelectorAll("code")) if (!code.closest("pre") && code.getClientRects().length > 1) note("a code is broken over lines", code);
    const walker = document.createTreeWalker(text, NodeFilter.SHOW_TEXT);
    while (walker.nextNode()) for (const found of walker.currentNode.data.matchAll(/\+\d[\d \u00a0-]{6,}\d/g)) phone(walker.currentNode, found);
  };

  const phone = (node, found) => {
    const range = document.createRange();
    range.setStart(node, found.index);
    range.setEnd(node, found.index + found[0].length);
    if (range.getClientRects().length > 1) wrong.push(`a number is broken over lines: ${found[0]}`);
  };

  const message = (line) => {
    const bubble = line.querySelector(".bubble");
    const text = bubble.querySelector(".text");
    within(bubble, document.getElementById("messages"), "a bubble is too wide");
    for (const part of bubble.querySelectorAll(".text, .photo, .file")) within(part, bubble, "wider than its bubble");
    for (const row of line.querySelectorAll(".keys-row")) within(row, bubble, "a row is wider than its bubble");
    line.querySelectorAll(".key").forEach(label);
    if (text) broken(text);
    if (text && lines(text) > longest) note(`a wall of ${lines(text)} lines`, text);
  };

  const bots = [...document.querySelectorAll("li.line.in")];
  bots.forEach(message);
  const last = bots.at(-1);
  const step = last?.querySelector(".keys-row:last-child") ?? last?.querySelector(".file, .photo");
  const view = document.querySelector(".scroll").getBoundingClientRect();
  if (last && !step) note("no next step", last);
  else if (last && step.getBoundingClientRect().bottom > view.bottom + near) note("the next step is out of sight", step);
  if (whole && last && last.getBoundingClientRect().height > view.height) note("more than a window holds", last);
  if (document.documentElement.scrollWidth > window.innerWidth) wrong.push("the page scrolls sideways");
  return wrong;
}
