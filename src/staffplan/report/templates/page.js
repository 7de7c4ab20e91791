/* Draws the days of the roster, filters people and shows one reader's part at a time. Needs nothing but the page. */
(function () {
  "use strict";
  var translated = document.getElementById("words");
  var words_of = translated ? JSON.parse(translated.textContent) : {};
  function _(text, values) {
    var said = words_of[text] || text;
    Object.keys(values || {}).forEach(function (name) { said = said.replace("{" + name + "}", function () { return values[name]; }); });
    return said;
  }
  var NS = "http://www.w3.org/2000/svg";
  var root = document.documentElement;
  root.classList.add("js");

  function make(parent, name, attributes, text) {
    var made = document.createElementNS(NS, name);
    Object.keys(attributes || {}).forEach(function (key) { made.setAttribute(key, attributes[key]); });
    if (text !== undefined) { made.textContent = text; }
    if (parent) { parent.appendChild(made); }
    return made;
  }
  function find(selector, inside) { return (inside || document).querySelector(selector); }
  function all(selector, inside) { return Array.prototype.slice.call((inside || document).querySelectorAll(selector)); }

  /* ---- one tab a reader ---- */
  var tabs = all(".tab");
  function openTab(number, focus) {
    tabs.forEach(function (tab, other) {
      var button = document.getElementById(tab.id + "-button");
      tab.classList.toggle("closed", other !== number);
      button.setAttribute("aria-selected", String(other === number));
      button.tabIndex = other === number ? 0 : -1;
      if (focus && other === number) { button.focus(); }
    });
    redraw();
  }
  function listTabs() {
    var list = find("#readers");
    list.setAttribute("role", "tablist");
    tabs.forEach(function (tab, number) {
      var button = document.createElement("button");
      button.type = "button";
      button.id = tab.id + "-button";
      button.setAttribute("role", "tab");
      button.setAttribute("aria-controls", tab.id);
      button.textContent = find("h2", tab).textContent;
      button.addEventListener("click", function () { openTab(number, false); });
      button.addEventListener("keydown", function (event) {
        var step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
        if (!step) { return; }
        event.preventDefault();
        openTab((number + step + tabs.length) % tabs.length, true);
      });
      tab.setAttribute("role", "tabpanel");
      tab.setAttribute("aria-labelledby", button.id);
      list.appendChild(button);
    });
    list.hidden = false;
  }
  function openTarget() {
    var target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
    if (!target) { return; }
    var number = tabs.indexOf(target.closest(".tab"));
    if (number >= 0) { openTab(number, false); }
    if (target.tagName === "DETAILS") { target.open = true; target.hidden = false; }
    target.scrollIntoView();
  }

  /* ---- tables on a narrow screen say of each cell what it is ---- */
  function labelCells(table) {
    if (table.dataset.labelled) { return; }
    table.dataset.labelled = "yes";
    var heads = all("thead th", table).map(function (head) { return head.textContent; });
    all("tbody tr", table).forEach(function (row) {
      Array.prototype.forEach.call(row.cells, function (cell, at) { if (at) { cell.dataset.label = heads[at]; } });
    });
  }
  function labelOpen() {
    if (!window.matchMedia("(max-width: 620px)").matches) { return; }
    all("table").forEach(function (table) {
      var folded = table.closest("details:not([open])");
      if (!folded) { labelCells(table); }
    });
  }

  /* ---- the day ---- */
  var holder = find("#day-data");
  var data = holder ? JSON.parse(holder.textContent) : null;
  var view = find("#day-view");
  var state = { day: data ? data.first : 0, row: -1, minute: null, search: "", group: "", team: "", skill: "" };
  var drawn = null;

  function clockText(day, minute) {
    var tick = day.ticks[0];
    var at = day.ticks.filter(function (one) { return one[0] <= minute; }).pop() || tick;
    var parts = at[1].split(":");
    var rest = Math.round(minute - at[0]) + Number(parts[1]);
    return String((Number(parts[0]) + Math.floor(rest / 60)) % 24).padStart(2, "0") + ":" + String(rest % 60).padStart(2, "0");
  }
  function matches(number, groupsWorked) {
    var agent = data.agents[number];
    var text = (agent[0] + " " + agent[1]).toLowerCase();
    return text.indexOf(state.search.trim().toLowerCase()) >= 0
      && (!state.team || agent[2] === state.team)
      && (!state.skill || agent[3].indexOf(state.skill) >= 0)
      && (!state.group || !groupsWorked || groupsWorked.indexOf(state.group) >= 0);
  }
  function groupsOf(person) {
    var names = [];
    for (var at = 1; at < person.length; at += 3) { names.push(data.looks[person[at]][1]); }
    return names;
  }
  /* Needed, rostered, contacts and service by minute; of one group where it is chosen, else of all. */
  function coverOf(day) {
    var found = {};
    day.cover.forEach(function (part) {
      if (state.group && data.groups[part[0]] !== state.group) { return; }
      part[1].forEach(function (minute, at) {
        var sum = found[minute] || (found[minute] = { minute: minute, need: 0, there: 0, served: 0, known: 0 });
        sum.need += part[2][at] || 0;
        sum.there += part[3][at] || 0;
        if (part[5][at] !== null && part[4][at]) { sum.served += part[5][at] * part[4][at]; sum.known += part[4][at]; }
      });
    });
    return Object.keys(found).map(Number).sort(function (a, b) { return a - b; }).map(function (minute) {
      var sum = found[minute];
      sum.net = Math.round(10 * (sum.there - sum.need)) / 10;
      sum.service = sum.known ? sum.served / sum.known : null;
      return sum;
    });
  }
  function short(value) { return String(Math.round(10 * value) / 10); }
  function signed(value) { return (value > 0 ? "+" : value < 0 ? "−" : "") + short(Math.abs(value)); }
  function percent(value) { return value === null ? "–" : Math.round(100 * value) + " %"; }
  function goal() { return state.group ? data.goals[data.groups.indexOf(state.group)] : null; }

  var HATCHES = {
    "/": "M-1,1 l2,-2 M0,6 l6,-6 M5,7 l2,-2", "\\": "M-1,5 l2,2 M0,0 l6,6 M5,-1 l2,2",
    "x": "M0,0 l6,6 M6,0 l-6,6", "-": "M0,3 h6", "+": "M0,3 h6 M3,0 v6", ".": "M2,3 h2", "o": "M1,3 h4 v2 h-4 z", "*": "M3,0 v6 M0,2 l6,3"
  };
  function patterns(svg) {
    var defs = make(svg, "defs");
    data.looks.forEach(function (look, number) {
      var pattern = make(defs, "pattern", { id: "look" + number, width: 6, height: 6, patternUnits: "userSpaceOnUse" });
      make(pattern, "rect", { width: 6, height: 6, fill: look[2] === "white" ? "#ffffff" : look[2] });
      var hatch = HATCHES[look[3].charAt(0)];
      if (hatch) { make(pattern, "path", { d: hatch, stroke: "#1f2933", "stroke-opacity": 0.35, "stroke-width": 0.8, fill: "none" }); }
    });
  }

  var ROW = 18, TOP = 22, GRAPH = 76, LINE = 20;
  function draw(printing) {
    if (!data || !view || (!printing && view.offsetParent === null)) { return; }
    var day = data.days[state.day];
    var chart = find(".chart", view);
    var wide = printing ? 1000 : Math.max(280, chart.clientWidth);
    var narrow = wide < 560;
    var left = narrow ? 92 : 170;
    var people = day.people.filter(function (person) { return matches(person[0], groupsOf(person)); });
    var away = day.off.filter(function (one) { return matches(one[0], null) && !state.group; });
    var cover = coverOf(day);
    var gantt = TOP + GRAPH + 2 * LINE + 24;
    var high = gantt + ROW * (people.length + away.length) + 8;
    var svg = make(null, "svg", { viewBox: "0 0 " + wide + " " + high, width: "100%", role: "img", "aria-label": _("{day}: needed, rostered, net and predicted service over the people and what they do", { day: day.title }) });
    var right = wide - 8;
    var scale = (right - left) / (day.to - day.from);
    function x(minute) { return left + (Math.min(Math.max(minute, day.from), day.to) - day.from) * scale; }
    patterns(svg);
    grid(svg, day, x, high, scale);
    strip(svg, cover, x, left, scale);
    people.forEach(function (person, at) { personRow(svg, day, person, gantt + at * ROW, x, narrow); });
    away.forEach(function (one, at) {
      var y = gantt + (people.length + at) * ROW;
      label(svg, data.agents[one[0]][0], y, narrow);
      make(svg, "rect", { x: left, y: y + 2, width: right - left, height: ROW - 4, fill: "url(#look" + (data.looks.length - 1) + ")", stroke: "#66727f", "stroke-width": 0.6 });
      make(svg, "rect", { x: left + 4, y: y + 3, width: 9 + 6.6 * one[1].length, height: ROW - 6, fill: "#ffffff" });
      make(svg, "text", { x: left + 8, y: y + 13, "class": "tiny" }, one[1]);
    });
    if (!people.length && !away.length) { make(svg, "text", { x: left, y: gantt - 4, "class": "small" }, cover.length ? _("nobody matches") : _("closed")); }
    var cursor = make(svg, "line", { "class": "cursor", y1: TOP, y2: high, x1: -9, x2: -9 });
    var mark = make(svg, "rect", { "class": "mark", x: 1, y: -99, width: wide - 2, height: ROW });
    chart.replaceChildren(svg);
    drawn = { day: day, people: people, away: away, cover: cover, gantt: gantt, x: x, scale: scale, left: left, cursor: cursor, mark: mark, svg: svg, wide: wide };
    legend(people, away);
    point();
  }
  function label(svg, name, y, narrow) {
    var most = narrow ? 13 : 25;
    make(svg, "text", { x: 2, y: y + 13, "class": "small" }, name.length > most ? name.slice(0, most - 1) + "…" : name);
  }
  function grid(svg, day, x, high, scale) {
    for (var minute = day.from; minute <= day.to; minute += data.grid) {
      var hour = (minute - day.from) % 60 === 0;
      if (!hour && scale * data.grid < 5) { continue; }
      make(svg, "line", { x1: x(minute), x2: x(minute), y1: TOP, y2: high, stroke: hour ? "#b4bcc5" : "#e6e9ed", "stroke-width": 0.7 });
    }
    var every = Math.ceil(44 / (60 * scale));
    day.ticks.forEach(function (tick, at) {
      if (at % every === 0) { make(svg, "text", { x: x(tick[0]), y: 14, "class": "tiny", "text-anchor": tick[0] === day.to ? "end" : "middle" }, tick[1]); }
    });
  }
  function strip(svg, cover, x, left, scale) {
    var most = cover.reduce(function (top, one) { return Math.max(top, one.need, one.there); }, 1);
    var base = TOP + GRAPH, width = data.interval * scale;
    function y(value) { return base - (GRAPH - 8) * value / most; }
    make(svg, "text", { x: 2, y: TOP + 14, "class": "small" }, _("needed - -"));
    make(svg, "text", { x: 2, y: TOP + 30, "class": "small" }, _("rostered —"));
    make(svg, "text", { x: 2, y: TOP + 46, "class": "tiny" }, "top: " + short(most));
    make(svg, "text", { x: 2, y: base + 14, "class": "small" }, "net");
    make(svg, "text", { x: 2, y: base + LINE + 14, "class": "small" }, _("service %"));
    make(svg, "line", { x1: left, x2: x(1e6), y1: base, y2: base, stroke: "#66727f" });
    ["there", "need"].forEach(function (name) {
      var path = "", last = null;
      cover.forEach(function (one) {
        path += (last === one.minute ? "L" : "M") + x(one.minute) + "," + y(one[name]) + "H" + x(one.minute + data.interval);
        last = one.minute + data.interval;
      });
      make(svg, "path", { d: path, fill: "none", stroke: name === "need" ? "#1f2933" : "#0072B2", "stroke-width": 1.8, "stroke-dasharray": name === "need" ? "4 3" : "none" });
    });
    cover.forEach(function (one) {
      var below = goal() !== null && one.service !== null && one.service < goal();
      var fill = one.net < 0 ? "#fbd5c3" : one.net > 0 ? "#d3ecdf" : "#ffffff";
      make(svg, "rect", { x: x(one.minute), y: base + 2, width: width, height: LINE - 3, fill: fill });
      make(svg, "rect", { x: x(one.minute), y: base + LINE + 1, width: width, height: LINE - 3, fill: below ? "#fbd5c3" : "#eef3f7" });
      if (width > 20) {
        make(svg, "text", { x: x(one.minute) + width / 2, y: base + 14, "class": "tiny", "text-anchor": "middle" }, signed(one.net));
        make(svg, "text", { x: x(one.minute) + width / 2, y: base + LINE + 14, "class": "tiny", "text-anchor": "middle" }, one.service === null ? "–" : (below ? "×" : "") + Math.round(100 * one.service));
      } else if (one.net < 0) {
        make(svg, "text", { x: x(one.minute) + width / 2, y: base + 14, "class": "tiny", "text-anchor": "middle" }, "−");
      }
    });
  }
  function personRow(svg, day, person, y, x, narrow) {
    label(svg, data.agents[person[0]][0], y, narrow);
    function bar(look, from, to) {
      var width = x(to) - x(from);
      if (width <= 0) { return; }
      make(svg, "rect", { x: x(from), y: y + 2, width: width, height: ROW - 4, fill: "url(#look" + look + ")", stroke: "#66727f", "stroke-width": 0.4 });
      if (width > 9) {
        make(svg, "rect", { x: x(from) + width / 2 - 5, y: y + 3.5, width: 10, height: ROW - 7, fill: "#ffffff", "fill-opacity": 0.8 });
        make(svg, "text", { x: x(from) + width / 2, y: y + 13, "class": "tiny", "text-anchor": "middle" }, data.looks[look][0]);
      }
    }
    day.parts.forEach(function (part) { if (part[0] === person[0]) { bar(data.looks.length - 1, part[1], part[2]); } });
    for (var at = 1; at < person.length; at += 3) { bar(person[at], person[at + 1], person[at + 2]); }
  }
  function legend(people, away) {
    var used = {};
    people.forEach(function (person) { for (var at = 1; at < person.length; at += 3) { used[person[at]] = true; } });
    if (away.length || drawn.day.parts.length) { used[data.looks.length - 1] = true; }
    var list = find(".legend", view);
    list.replaceChildren();
    data.looks.forEach(function (look, number) {
      if (!used[number]) { return; }
      var item = document.createElement("li");
      var svg = make(null, "svg", { width: 22, height: 14, "aria-hidden": "true" });
      make(svg, "rect", { x: 0.5, y: 0.5, width: 21, height: 13, fill: "url(#look" + number + ")", stroke: "#66727f" });
      item.appendChild(svg);
      item.appendChild(document.createTextNode(" " + look[0] + " = " + look[1]));
      list.appendChild(item);
    });
  }
  /* The values at the cursor, in words, under the chart. */
  function point() {
    if (!drawn) { return; }
    var out = find(".readout", view), day = drawn.day, words = [];
    if (state.minute === null) {
      out.textContent = _("Point at the chart, or move with the arrow keys, to read its values.");
      return;
    }
    var minute = Math.min(Math.max(state.minute, day.from), day.to - data.grid);
    drawn.cursor.setAttribute("x1", drawn.x(minute));
    drawn.cursor.setAttribute("x2", drawn.x(minute));
    var rows = drawn.people.length + drawn.away.length;
    state.row = Math.min(state.row, rows - 1);
    drawn.mark.setAttribute("y", state.row < 0 ? -99 : drawn.gantt + state.row * ROW);
    words.push(clockText(day, minute));
    drawn.cover.forEach(function (one) {
      if (one.minute <= minute && minute < one.minute + data.interval) {
        words.push(_("needed {need}, rostered {there}, net {net}, service {service}", { need: short(one.need), there: short(one.there), net: signed(one.net), service: percent(one.service) }));
      }
    });
    if (state.row >= 0 && state.row < drawn.people.length) { words.push(personWords(drawn.people[state.row], minute)); }
    if (state.row >= drawn.people.length) {
      var one = drawn.away[state.row - drawn.people.length];
      words.push(data.agents[one[0]][0] + ": " + _("off, {kind}", { kind: one[1] }));
    }
    out.textContent = words.join("; ");
  }
  function personWords(person, minute) {
    var said = _("not on site");
    for (var at = 1; at < person.length; at += 3) {
      if (person[at + 1] <= minute && minute < person[at + 2]) {
        said = _("{activity} until {time}", { activity: data.looks[person[at]][1], time: clockText(drawn.day, person[at + 2]) });
      }
    }
    drawn.day.parts.forEach(function (part) {
      if (part[0] === person[0] && part[1] <= minute && minute < part[2] && said === _("not on site")) { said = _("off, {kind}", { kind: part[3] }); }
    });
    return data.agents[person[0]][0] + ": " + said;
  }
  function pickDay(number) {
    state.day = Math.min(Math.max(number, 0), data.days.length - 1);
    find("#day-pick").value = String(state.day);
    all("details.day").forEach(function (sheet) {
      var mine = sheet.id === "day-" + data.days[state.day].date;
      sheet.classList.toggle("picked", mine);
    });
    var away = find("#day-page");
    if (away) { away.href = data.folder + data.days[state.day].date + ".html"; }
    draw();
  }
  function filterAgents() {
    if (!data) { return; }
    var there = {}, shown = 0;
    if (state.group) {
      data.days.forEach(function (day) {
        day.people.forEach(function (person) { if (groupsOf(person).indexOf(state.group) >= 0) { there[person[0]] = true; } });
      });
    }
    data.agents.forEach(function (agent, number) {
      var sheet = document.getElementById("agent-" + agent[1]);
      var fits = matches(number, null) && (!state.group || there[number]);
      shown += fits ? 1 : 0;
      if (sheet) { sheet.hidden = !fits; }
    });
    find("#found").textContent = _("{shown} of {all} agents", { shown: shown, all: data.agents.length });
  }
  function redraw() { draw(); labelOpen(); }

  function options(select, names) {
    names.forEach(function (name) {
      var option = document.createElement("option");
      option.value = name;
      option.textContent = name;
      select.appendChild(option);
    });
    select.parentNode.hidden = names.length < 2;
  }
  function distinct(names) {
    return names.filter(function (name, at) { return name && names.indexOf(name) === at; }).sort();
  }
  function startDays() {
    var pick = find("#day-pick"), chart = find(".chart", view);
    data.days.forEach(function (day, number) {
      var option = document.createElement("option");
      option.value = String(number);
      option.textContent = day.title;
      pick.appendChild(option);
    });
    options(find("#pick-group"), data.groups);
    options(find("#pick-team"), distinct(data.agents.map(function (agent) { return agent[2]; })));
    options(find("#pick-skill"), distinct([].concat.apply([], data.agents.map(function (agent) { return agent[3]; }))));
    view.hidden = false;
    pick.addEventListener("change", function () { pickDay(Number(pick.value)); });
    find("#day-before").addEventListener("click", function () { pickDay(state.day - 1); });
    find("#day-after").addEventListener("click", function () { pickDay(state.day + 1); });
    [["#pick-person", "search", "input"], ["#pick-group", "group", "change"], ["#pick-team", "team", "change"], ["#pick-skill", "skill", "change"]].forEach(function (one) {
      find(one[0]).addEventListener(one[2], function (event) {
        state[one[1]] = event.target.value;
        state.row = -1;
        filterAgents();
        draw();
      });
    });
    chart.addEventListener("mousemove", function (event) {
      if (!drawn) { return; }
      var box = drawn.svg.getBoundingClientRect(), size = drawn.wide / box.width;
      var minute = drawn.day.from + ((event.clientX - box.left) * size - drawn.left) / drawn.scale;
      state.minute = Math.floor(minute / data.grid) * data.grid;
      state.row = Math.max(-1, Math.floor(((event.clientY - box.top) * size - drawn.gantt) / ROW));
      point();
    });
    chart.addEventListener("keydown", function (event) {
      var moves = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[event.key];
      var paged = { PageUp: -1, PageDown: 1 }[event.key];
      if (paged) { event.preventDefault(); pickDay(state.day + paged); return; }
      if (!moves || !drawn) { return; }
      event.preventDefault();
      var from = state.minute === null ? drawn.day.from - data.grid : state.minute;
      state.minute = Math.min(Math.max(from + moves[0] * data.grid, drawn.day.from), drawn.day.to - data.grid);
      state.row = Math.min(Math.max(state.row + moves[1], -1), drawn.people.length + drawn.away.length - 1);
      point();
    });
    chart.addEventListener("focus", function () {
      if (state.minute === null) { state.minute = drawn ? drawn.day.from : 0; point(); }
    });
    pickDay(state.day);
    filterAgents();
  }

  if (tabs.length > 1) { listTabs(); openTab(0, false); }
  if (data && view) { startDays(); }
  labelOpen();
  openTarget();
  window.addEventListener("hashchange", openTarget);
  window.addEventListener("resize", redraw);
  window.addEventListener("beforeprint", function () { draw(true); });
  window.addEventListener("afterprint", redraw);
  document.addEventListener("toggle", labelOpen, true);
}());
