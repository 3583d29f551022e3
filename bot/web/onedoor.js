// 一扇门: the chat as one custom element, <one-door>. One file, no library, no build step.
//
//   <script src="https://bot.example/static/onedoor.js"></script>
//   <one-door></one-door>
//
// Everything lives in a shadow tree: nothing of the site leaks in, nothing leaks out. Everything that
// comes from the server or a person is put in as text, never as HTML. No eval, no inline style or
// script, so it works under `default-src 'none'; script-src <us>; connect-src <us>`.
// Attributes and the protocol are described in docs/web-widget.md.

(() => {
"use strict";
if (customElements.get("one-door")) return;

const SCRIPT = document.currentScript && document.currentScript.src;

// ---------------------------------------------------------------------------------------- words

const WORDS = {
  zh: {
    title: "一扇门", subtitle: "公安办事向导:带什么、去哪办,问一句就行",
    open: "办事问一问", close: "关上", chat: "对话", log: "新消息", settings: "设置", elder: "长辈版",
    smaller: "字小一点", larger: "字大一点", size: "字号", theme: "颜色", auto: "跟手机一样", light: "浅色",
    dark: "深色", language: "界面文字",
    ask: "您想办什么事", placeholder: "想办什么事?", send: "发送", human: "找人工", humanSays: "转人工",
    restart: "重新开始", restartSure: "重新开始会清掉这里的对话。要重新开始吗?", yes: "重新开始", no: "不用,接着问",
    note: "遇到危险请直接拨打 110。这里不用填身份证号和电话。",
    greeting: "您好,我是“一扇门”。您想办什么事,用平常的话说就行。",
    examples: ["身份证丢了怎么补", "孩子刚出生怎么上户口", "二手车过户去哪办", "护照到期换新多少钱"],
    you: "您说:", bot: "一扇门说:", typing: "正在查……", earlier: "以上是之前的对话",
    masked: "号码已经隐去,没有保存。",
    documents: "要带的材料", ready: (done, all) => `备好 ${done} 样,共 ${all} 样`, copies: (n) => `${n} 份`,
    when: (text) => `${text}的要带`, exempt: (text) => `可免交:用${text}代替`, where: (text) => `哪里办:${text}`,
    copy: "复制", copied: "已经复制,可以粘贴到微信里", copyFailed: "这个浏览器不让复制,请手动选中文字",
    print: "打印或存 PDF", picture: "存成图片", saved: "图片已经存到下载里", pictureFailed: "这个浏览器不能存图片,请截屏",
    address: "地址", phone: "电话", hours: "时间", verified: "已核实", unverified: "未核实", asOf: (text) => `${text}的资料`,
    map: "在地图上看", online: "网上办", entry: "打开网上入口", call: (phone) => `拨打 ${phone}`,
    more: "更多", useful: "有用", useless: "没用", rate: "这个回答有用吗", rated: "谢谢,您的评价记在这次对话里了",
    skip: "跳过", none: "都不是", read: "读给我听", stopReading: "别读了", noVoice: "这台设备不会读中文",
    offline: "网断了。您写的话没有丢,连上以后会自动再发。急事请打 110 或 12345。",
    unsent: "还没有发出去", resend: "再发一次", expired: "上次的对话过期了,已经重新开始。",
    reconnecting: "和服务器断开了,正在重新连接。您可以接着写,连上以后会发出去。", failed: "现在答不了,请过一会儿再试。急事请打 12345。",
    slow: (seconds) => `您问得太快了,${seconds} 秒后自动再发。`, forbidden: "这个网站还没有接入许可,请打 12345 咨询。",
    sheetNote: "去之前可以打 12345 再问一遍。", sheetMade: (date) => `${date} 由“一扇门”公安办事向导列出`,
  },
  en: {
    title: "OneDoor", subtitle: "Guide to police services: what to bring, where to go",
    open: "Ask about a service", close: "Close", chat: "Conversation", log: "New messages", settings: "Settings", elder: "Large print",
    smaller: "Smaller text", larger: "Larger text", size: "Text size", theme: "Colours", auto: "As the device", light: "Light",
    dark: "Dark", language: "Interface language",
    ask: "What would you like to do?", placeholder: "Ask in Chinese", send: "Send", human: "Ask a person", humanSays: "转人工",
    restart: "Start over", restartSure: "Starting over clears this conversation. Start over?", yes: "Start over", no: "No, go on",
    note: "In danger, call 110. Do not enter ID or telephone numbers here.",
    greeting: "Hello. I can tell you what to bring and where to go for police services in Tianjin. I understand questions in Chinese only, and answer in Chinese.",
    examples: ["身份证丢了怎么补", "护照到期换新多少钱", "外国人住宿登记", "二手车过户去哪办"],
    you: "You: ", bot: "OneDoor: ", typing: "Looking it up…", earlier: "Earlier conversation above",
    masked: "The number was hidden and not stored.",
    documents: "Documents to bring", ready: (done, all) => `${done} of ${all} ready`, copies: (n) => `${n} copies`,
    when: (text) => `if: ${text}`, exempt: (text) => `not needed with ${text}`, where: (text) => `where: ${text}`,
    copy: "Copy", copied: "Copied", copyFailed: "This browser does not allow copying; please select the text",
    print: "Print or PDF", picture: "Save as picture", saved: "The picture is in your downloads", pictureFailed: "This browser cannot save pictures; please take a screenshot",
    address: "Address", phone: "Telephone", hours: "Hours", verified: "confirmed", unverified: "not confirmed", asOf: (text) => `as of ${text}`,
    map: "Show on a map", online: "Online", entry: "Open the online entry", call: (phone) => `Call ${phone}`,
    more: "More", useful: "Helpful", useless: "Not helpful", rate: "Was this answer helpful?", rated: "Thank you. Your rating is kept with this conversation",
    skip: "Skip", none: "None of these", read: "Read aloud", stopReading: "Stop reading", noVoice: "This device cannot read Chinese aloud",
    offline: "No connection. What you wrote is kept and sent once you are online. In an emergency call 110.",
    unsent: "Not sent yet", resend: "Send again", expired: "The last conversation has expired; this is a new one.",
    reconnecting: "The server is out of reach; reconnecting. You can go on writing, it will be sent.", failed: "No answer could be made. Please try again later.",
    slow: (seconds) => `Too many questions; sending again in ${seconds} s.`, forbidden: "This site is not registered with the service.",
    sheetNote: "Call 12345 to make sure before you go.", sheetMade: (date) => `Listed by OneDoor on ${date}`,
  },
};

// What is sent when a button stands for a sentence: the bot understands Chinese.
const SAYS = { more: "更多", skip: "跳过", none: "都不是" };

// ---------------------------------------------------------------------------------------- style

const STYLE = `
:host { all: initial; display: block; }
:host([hidden]) { display: none; }
:host([layout="page"]) { position: fixed; inset: 0; }
:host([layout="inline"]) { height: 36em; max-height: 100%; }
* { box-sizing: border-box; }
[hidden] { display: none !important; }
.frame {
  --ink: #14202e; --soft: #46566a; --paper: #f3f6fa; --card: #fff; --line: #cfd8e3; --edge: #6b7b8f;
  --brand: #0b4ea2; --brand-ink: #fff; --mine: #dcebff; --warn: #8a1f11; --warn-paper: #fdecea; --good: #14532d;
  --size: 16px; --target: 44px; --small: max(13px, .85em); --gap: .6em;
  font: var(--size)/1.65 "PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC", "Noto Sans SC", system-ui, sans-serif;
  color: var(--ink); color-scheme: light; height: 100%; text-align: start;
}
.frame.dark {
  --ink: #eef3f9; --soft: #bcc8d6; --paper: #10161d; --card: #1a232d; --line: #3a4757; --edge: #8a9bb0;
  --brand: #8fc1ff; --brand-ink: #06182e; --mine: #1d3a5f; --warn: #ffc4bb; --warn-paper: #3b1713; --good: #9be3b4;
  color-scheme: dark;
}
.frame.elder { --target: 60px; --small: max(18px, .9em); --soft: #2c3947; --line: #6b7b8f; --gap: .5em; line-height: 1.7; }
.frame.elder.dark { --soft: #dbe4ee; --line: #8a9bb0; }
.panel { display: flex; flex-direction: column; height: 100%; background: var(--paper); position: relative; }
.hidden { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }

.bar { display: flex; flex-wrap: wrap; align-items: center; gap: .4em .5em; padding: .5em .8em; background: var(--card); border-bottom: 1px solid var(--line); }
.bar svg { width: 36px; height: 36px; flex: none; }
.bar .name { flex: 1 1 4.5em; min-width: 0; }
h1, h2, h3, p, ul { margin: 0; padding: 0; font: inherit; }
.bar .title { font-size: 1.15em; font-weight: 700; line-height: 1.25; }
.bar .subtitle { font-size: var(--small); color: var(--soft); line-height: 1.3; }
button, .link {
  font: inherit; line-height: 1.3; min-height: var(--target); min-width: var(--target); padding: .35em .8em; border: 1px solid var(--edge);
  border-radius: .6em; background: var(--card); color: var(--brand); cursor: pointer; text-decoration: none;
  display: inline-flex; align-items: center; justify-content: center; gap: .35em; text-align: center;
}
button:hover, .link:hover { border-color: var(--brand); text-decoration: underline; }
button:disabled { cursor: default; color: var(--soft); text-decoration: none; }
button[aria-pressed="true"] { background: var(--brand); color: var(--brand-ink); border-color: var(--brand); }
:focus-visible { outline: 3px solid var(--brand); outline-offset: 2px; }
.primary { background: var(--brand); color: var(--brand-ink); border-color: var(--brand); font-weight: 600; }
.bar button { padding: .25em .65em; }
/* Very large type is for reading and writing; the buttons around it stay at 22 pixels, or nothing fits on a phone. */
.frame.elder .bar, .frame.elder .foot button { font-size: min(1em, 22px); }

.settings { display: flex; flex-wrap: wrap; gap: .6em 1.2em; padding: .7em .8em; background: var(--card); border-bottom: 1px solid var(--line); max-height: 60%; overflow-y: auto; }
.settings .field { display: flex; align-items: center; flex-wrap: wrap; gap: .5em; }
select { font: inherit; min-height: var(--target); padding: .2em .5em; color: var(--ink); background: var(--paper); border: 1px solid var(--edge); border-radius: .5em; max-width: 100%; }
.banner { padding: .5em .8em; background: var(--warn-paper); color: var(--warn); border-bottom: 1px solid var(--line); }

.scroll { flex: 1; overflow-y: auto; overscroll-behavior: contain; padding: .9em; min-height: 80px; }
.scroll:focus-visible { outline-offset: -3px; }
.old, .log { display: flex; flex-direction: column; gap: .8em; max-width: calc(46 * var(--size)); margin: 0 auto; }
.old:not(:empty) + .log:not(:empty) { margin-top: .8em; }
.earlier { align-self: center; font-size: var(--small); color: var(--soft); }
.message { max-width: 92%; padding: .65em .9em; border-radius: 1em; background: var(--card); border: 1px solid var(--line); align-self: flex-start; overflow-wrap: anywhere; }
.message > * + * { margin-top: .55em; }
.message > .hidden + * { margin-top: 0; }
.message p { white-space: pre-line; }
.message .lead { font-weight: 700; font-size: 1.05em; }
.mine { align-self: flex-end; background: var(--mine); border-color: transparent; }
.mine.unsent { border: 1px dashed var(--warn); }
.unsent-note { display: flex; flex-wrap: wrap; align-items: center; gap: .5em; color: var(--warn); font-size: var(--small); }
.emergency { border: 3px solid var(--warn); background: var(--warn-paper); }
.emergency p { font-size: 1.15em; font-weight: 700; }
.emergency .link { background: var(--warn); color: var(--warn-paper); border-color: var(--warn); font-weight: 700; }
.small { font-size: var(--small); color: var(--soft); }
.card { border: 1px solid var(--line); border-radius: .8em; padding: .6em .8em; background: var(--paper); }
.card > * + * { margin-top: .4em; }
.card .head { font-weight: 700; display: flex; flex-wrap: wrap; justify-content: space-between; gap: 0 .8em; }
.card .head span { font-weight: 400; font-size: var(--small); color: var(--soft); }
.card ul { list-style: none; }
.card li + li { border-top: 1px solid var(--line); }
.card label { display: flex; gap: .6em; align-items: flex-start; padding: .4em 0; min-height: var(--target); cursor: pointer; }
.card input { font: inherit; width: 1.35em; height: 1.35em; margin: .15em 0 0; flex: none; accent-color: var(--brand); }
.card li span > * { display: block; }
.card li b { display: inline; font-weight: 600; }
.card .form { display: inline; }
.exempt { color: var(--good); font-size: var(--small); }
.mark { font-size: var(--small); border: 1px solid currentColor; border-radius: .4em; padding: 0 .35em; white-space: nowrap; }
.mark.good { color: var(--good); }
.icon { width: 1.1em; height: 1.1em; flex: none; }
.icon.down { transform: rotate(180deg); }
.row { display: flex; flex-wrap: wrap; gap: var(--gap); align-items: center; }
.choices { display: flex; flex-direction: column; gap: var(--gap); }
.choices button { text-align: start; justify-content: center; flex-direction: column; align-items: flex-start; gap: 0; }
.choices small { font-size: var(--small); color: var(--soft); }
.tools { border-top: 1px solid var(--line); padding-top: .5em; }
.tools button { font-size: var(--small); }
.frame:not(.elder) .tools.only-read { display: none; }
.typing { max-width: calc(46 * var(--size)); margin: .6em auto 0; color: var(--soft); display: flex; align-items: center; gap: .5em; min-height: 1.65em; }
.dots { display: inline-flex; gap: .25em; }
.dots i { width: .4em; height: .4em; border-radius: 50%; background: currentColor; animation: beat 1.2s infinite; }
.dots i:nth-child(2) { animation-delay: .2s; } .dots i:nth-child(3) { animation-delay: .4s; }
@keyframes beat { 0%, 60%, 100% { opacity: .25; } 30% { opacity: 1; } }

.foot { background: var(--card); border-top: 1px solid var(--line); padding: .6em .8em; }
.foot > * { max-width: calc(46 * var(--size)); margin-inline: auto; }
.foot > * + * { margin-top: .5em; }
form { display: flex; gap: .5em; align-items: flex-end; }
textarea {
  flex: 1; min-width: 0; font: inherit; line-height: 1.4; min-height: max(48px, var(--target)); max-height: 7em; resize: none; field-sizing: content;
  padding: .5em .7em; border: 1px solid var(--edge); border-radius: .6em; background: var(--paper); color: var(--ink);
}
textarea::placeholder { color: var(--soft); opacity: 1; }
form button { min-height: max(48px, var(--target)); flex: none; }
.foot .row button { font-size: var(--small); }
.toast { position: absolute; left: 50%; bottom: 9em; transform: translateX(-50%); background: var(--ink); color: var(--card); padding: .5em 1em; border-radius: .6em; max-width: 90%; pointer-events: none; }
.toast:empty { display: none; }

dialog { border: 1px solid var(--edge); border-radius: 1em; padding: 1.2em; background: var(--card); color: var(--ink); max-width: min(24em, 92vw); }
dialog::backdrop { background: rgb(0 0 0 / .5); }
dialog .row { margin-top: 1em; justify-content: flex-end; }

.frame.float { position: fixed; right: 1rem; bottom: 1rem; height: auto; z-index: 2147483000; }
.float .launcher { white-space: nowrap; border-radius: 2em; padding: .6em 1.1em; box-shadow: 0 4px 16px rgb(0 0 0 / .3); }
.float .panel { position: fixed; right: 1rem; bottom: 1rem; width: min(26em, calc(100vw - 2rem)); height: min(44em, calc(100vh - 2rem)); border: 1px solid var(--edge); border-radius: 1em; overflow: hidden; box-shadow: 0 8px 32px rgb(0 0 0 / .35); }
@media (max-width: 30em) {
  .float .panel { inset: 0; width: auto; height: auto; border: 0; border-radius: 0; }
  .bar .subtitle { display: none; }
  .message { max-width: 100%; }
  .scroll { padding: .6em; }
}
@media (max-width: 22em) { .frame.elder textarea { font-size: min(1em, 24px); } .bar > svg { display: none; } .bar, .foot { padding-inline: .5em; } }
.frame.elder .foot .note { display: none; } /* the greeting says it too */
@media (max-height: 40em) { .foot .note { display: none; } .bar .subtitle { display: none; } }
@media (prefers-reduced-motion: reduce) { .dots i { animation: none; opacity: .7; } }
@media (forced-colors: active) { .mine, .card, .message { border: 1px solid; } button[aria-pressed="true"] { border-width: 3px; } }
@media print {
  :host { position: static !important; height: auto !important; }
  .frame { --ink: #000; --soft: #000; --paper: #fff; --card: #fff; --line: #888; --mine: #fff; --good: #000; height: auto; }
  .frame.float { display: none; }
  .panel, .scroll { display: block; height: auto; overflow: visible; }
  .bar button, .settings, .banner, .foot, .typing, .tools, .choices, .card .row, .row.offers, .toast { display: none !important; }
  .message { max-width: 100%; break-inside: avoid; }
  .mine { border-color: #888; }
}
`;

const SHEET_CSS = `
body { font: 12pt/1.6 "PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC", sans-serif; color: #000; margin: 1.5cm; }
h1 { font-size: 18pt; margin: 0 0 .5em; } h2 { font-size: 14pt; margin: 1em 0 .3em; }
p { margin: .2em 0; } .item { padding-left: 1.8em; text-indent: -1.8em; break-inside: avoid; } .note { font-size: 10pt; margin-top: 1em; }
`;

// -------------------------------------------------------------------------------------- helpers

function element(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else if (value === true) node.setAttribute(name, "");
    else if (value !== false && value !== null && value !== undefined) node.setAttribute(name, value);
  }
  node.append(...children.filter((child) => child !== null && child !== undefined && child !== false));
  return node;
}

function shape(tag, attributes) {
  const node = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
  return node;
}

function door() {
  const svg = shape("svg", { viewBox: "0 0 48 48", "aria-hidden": "true" });
  svg.append(
    shape("rect", { width: 48, height: 48, rx: 10, fill: "#fff" }),
    shape("path", { d: "M13 8h16v32H13z", fill: "#0b4ea2" }),
    shape("path", { d: "M29 8l8 4v32l-8-4z", fill: "#7fb0ea" }),
    shape("circle", { cx: 25.5, cy: 25, r: 1.8, fill: "#fff" }),
  );
  return svg;
}

function thumb(up) {
  const svg = shape("svg", { viewBox: "0 0 24 24", class: up ? "icon" : "icon down", "aria-hidden": "true" });
  svg.append(shape("path", { d: "M3 10h4v11H3zM9 21V10l4-8c1.7 0 2.6 1.3 2.3 2.8L14.6 9H20c1.3 0 2.2 1.2 1.9 2.4l-2 8c-.2.9-1 1.6-2 1.6z", fill: "currentColor" }));
  return svg;
}

// Sites may forbid storage, and private windows may refuse it: then nothing is remembered.
function store(kind) {
  const box = () => (kind === "session" ? window.sessionStorage : window.localStorage);
  return {
    get(key) { try { return box().getItem(key); } catch { return null; } },
    set(key, value) { try { if (value === null) box().removeItem(key); else box().setItem(key, value); } catch { /* not remembered */ } },
    read(key, otherwise) { try { return JSON.parse(box().getItem(key)) ?? otherwise; } catch { return otherwise; } },
    write(key, value) { this.set(key, JSON.stringify(value)); },
  };
}

function newId() {
  const bytes = crypto.getRandomValues(new Uint8Array(16)); // randomUUID needs HTTPS
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

const pause = (milliseconds, signal) => new Promise((resolve) => {
  const timer = setTimeout(resolve, milliseconds);
  if (signal) signal.addEventListener("abort", () => { clearTimeout(timer); resolve(); }, { once: true });
});

// Server-Sent Events from a fetch: EventSource can neither send our token nor be given a last id.
async function* serverEvents(body, alive) {
  const reader = body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  for (;;) {
    const { value, done } = await reader.read();
    if (done) return;
    alive();
    const blocks = (rest + value).split("\n\n");
    rest = blocks.pop();
    for (const block of blocks) {
      const fields = { event: "message", data: "" };
      for (const line of block.split("\n")) {
        const colon = line.indexOf(":");
        if (colon > 0) fields[line.slice(0, colon)] = line.slice(colon + 1).trimStart();
      }
      if (fields.data) yield { name: fields.event, data: JSON.parse(fields.data) };
    }
  }
}

class Refused extends Error {
  constructor(status, body, wait) {
    super(body.error || `HTTP ${status}`);
    Object.assign(this, { status, code: body.code, wait });
  }
}

// ------------------------------------------------------------------- reading a reply's text

// The text is complete by itself. What a card shows as well is taken out of it; what is not recognised
// stays, so that a new wording can at worst say something twice, never lose it.

const MARK = /^\s*(?:\d{1,2}\s*[.)、\uff0e\uff09]|[①-⑳]|[·•*—-])\s*/;
const AFTER_NAME = /^(?:$|[\s(,;:。、×x\uff08\uff0c\uff1b\uff1a])/;

const OPEN = "(\uff08";
const SHUT = ")\uff09";

function starts(line, name) {
  const rest = line.replace(MARK, "");
  return MARK.test(line) && rest.startsWith(name) && AFTER_NAME.test(rest.slice(name.length));
}

// "…(1. 本人办;2. 替别人办(代办);不想说就回“跳过”)" without the options that are buttons below.
function withoutOptions(line, names) {
  for (let start = 0; start < line.length; start += 1) {
    if (!OPEN.includes(line[start])) continue;
    let depth = 0;
    for (let end = start; end < line.length; end += 1) {
      if (OPEN.includes(line[end])) depth += 1;
      if (SHUT.includes(line[end])) depth -= 1;
      if (depth === 0) {
        const inside = line.slice(start, end);
        if (names.filter((name) => inside.includes(name)).length >= 2) return line.slice(0, start) + line.slice(end + 1);
        break;
      }
    }
  }
  return line;
}

// The text leaves out what all city windows begin with.
function shortName(item) {
  return item.name.replace(/^天津市公安局/, "");
}

// Blocks in reading order: {text}, {documents: true}, {text, windows: [...]}, {text, online: true}.
function blocksOf(text, custom) {
  const guidance = custom.guidance || {};
  const names = (guidance.documents || []).map((item) => item.name);
  const choices = (custom.choices || []).map((item) => item.name);
  const suggestions = custom.suggestions || [];
  const windows = guidance.windows || [];
  const online = guidance.online || {};
  const aboutDocuments = [null, undefined, "documents", "proxy"].includes(custom.aspect);
  const lines = text.split("\n");
  const listed = lines.filter((line) => names.some((name) => starts(line, name))).length;
  const replaceable = listed > 0 && (aboutDocuments || listed * 2 >= names.length);
  const blocks = [];
  const seen = { documents: false, windows: new Set(), online: false };
  let inList = false;
  for (const raw of lines) {
    const isDocument = (replaceable && names.some((name) => starts(raw, name)))
      || (names.length > 1 && aboutDocuments && names.every((name) => raw.includes(name)));
    if (isDocument || (inList && /^\s{2,}\S/.test(raw))) {
      if (!seen.documents) blocks.push({ documents: true });
      seen.documents = inList = true;
      continue;
    }
    inList = false;
    if (choices.some((name) => starts(raw, name))) continue;
    if (suggestions.length && suggestions.every((item) => raw.includes(item))) continue;
    const line = choices.length ? withoutOptions(raw, choices) : raw;
    const here = windows.filter((item) => item.name && line.includes(shortName(item)) && !seen.windows.has(item));
    if (here.length) {
      here.forEach((item) => seen.windows.add(item));
      blocks.push({ text: line, windows: here });
    } else if (!seen.online && online.available && ((online.platform && line.includes(online.platform)) || (online.entry && line.includes(online.entry)))) {
      seen.online = true;
      blocks.push({ text: line, online: true });
    } else if (blocks.length && blocks[blocks.length - 1].plain) {
      blocks[blocks.length - 1].text += `\n${line}`;
    } else {
      blocks.push({ text: line, plain: true });
    }
  }
  if (names.length && aboutDocuments && custom.act === "answer" && !seen.documents) blocks.push({ documents: true });
  return blocks.filter((block) => block.documents || block.text.trim());
}

// The web address in an entry such as "「网上申请」 https://s.nia.gov.cn/mps" or "ecidcwc.mps.gov.cn".
function onlineLink(entry) {
  const found = /https?:\/\/[^\s,;()。、「」\uff08\uff09\uff0c\uff1b]+/i.exec(entry || "")
    || /^[a-z0-9-]+(?:\.[a-z0-9-]+)+(?:\/\S*)?$/i.exec((entry || "").trim());
  if (!found) return null;
  try {
    return new URL(/^https?:/i.test(found[0]) ? found[0] : `https://${found[0]}`).href;
  } catch { return null; }
}

const telephone = (text) => `tel:${String(text).replace(/[^\d+]/g, "")}`;
const mapLink = (address) => `https://uri.amap.com/search?keyword=${encodeURIComponent(address)}&city=${encodeURIComponent("天津")}&src=onedoor`;

// ------------------------------------------------------------------------------- the element

class OneDoor extends HTMLElement {
  static observedAttributes = ["layout", "lang", "theme", "elder"];

  constructor() {
    super();
    this.attachShadow({ mode: "open" });
    try {
      const sheet = new CSSStyleSheet();
      sheet.replaceSync(STYLE);
      this.shadowRoot.adoptedStyleSheets = [sheet];
    } catch { // browsers before 2023
      this.fallbackStyle = element("style", {}, STYLE);
    }
    this.last = 0; // number of the last message shown
    this.entries = new Map();
    this.outbox = [];
    this.waiting = 0;
    this.typingElsewhere = false;
    this.sending = false;
    this.opened = false;
    this.work = Promise.resolve(); // what comes in is shown one after the other
    this.brief = store("session");
  }

  connectedCallback() {
    this.kept = store(this.getAttribute("storage") === "session" ? "session" : "local");
    this.base = new URL("webhooks/web/", new URL(this.getAttribute("server") || (SCRIPT ? new URL("..", SCRIPT).href : "/"), location.href));
    this.sessionKey = `onedoor-session@${this.base.origin}`;
    this.choices = this.kept.read("onedoor-settings", {});
    this.scheme = matchMedia("(prefers-color-scheme: dark)");
    this.stopping = new AbortController();
    const until = { signal: this.stopping.signal };
    this.scheme.addEventListener("change", () => this.dress(), until);
    window.addEventListener("online", () => this.reconnect(), until);
    window.addEventListener("offline", () => { this.disconnect(); this.complain(this.words.offline); }, until);
    document.addEventListener("visibilitychange", () => (document.hidden ? this.disconnect() : this.reconnect()), until);
    window.addEventListener("storage", (event) => { if (event.key === this.sessionKey || event.key === null) this.sessionChanged(); }, until);
    this.token = this.kept.get(this.sessionKey);
    this.loaded = !this.token; // whether what was said before is on the screen
    this.last = 0;
    this.entries.clear();
    this.outbox = this.brief.read("onedoor-outbox", []);
    this.build();
    this.opened = this.layout !== "float";
    this.dress();
    if (this.opened) this.begin();
  }

  disconnectedCallback() {
    this.stopping.abort();
    this.disconnect();
    this.begun = null;
    if (window.speechSynthesis) speechSynthesis.cancel();
  }

  attributeChangedCallback(name, before, now) {
    if (!this.frame || before === now) return;
    if (name === "lang") this.rebuild();
    else this.dress();
  }

  // ----------------------------------------------------------------------------- settings

  get layout() { return ["page", "inline"].includes(this.getAttribute("layout")) ? this.getAttribute("layout") : "float"; }
  get language() {
    const wanted = this.choices.language || this.getAttribute("lang") || (this.closest("[lang]") || document.documentElement).lang || "zh-CN";
    return /^en/i.test(wanted) ? "en" : "zh";
  }
  get words() { return WORDS[this.language]; }
  get elder() { return this.choices.elder ?? this.hasAttribute("elder"); }
  get size() { return Math.min(30, Math.max(18, this.choices.size || 22)); }
  get theme() { return this.choices.theme || this.getAttribute("theme") || "auto"; }

  choose(changes) {
    Object.assign(this.choices, changes);
    this.kept.write("onedoor-settings", this.choices);
    if ("language" in changes) { this.rebuild(); return; }
    this.dress();
    // Larger type moves everything: back to what was being read.
    const replies = this.log.querySelectorAll(".bot");
    if (replies.length) this.toNode(replies[replies.length - 1], "auto");
  }

  dress() {
    const dark = this.theme === "dark" || (this.theme === "auto" && this.scheme.matches);
    this.frame.className = ["frame", this.layout, dark && "dark", this.elder && "elder"].filter(Boolean).join(" ");
    this.frame.lang = this.language === "en" ? "en" : "zh-CN";
    this.frame.style.setProperty("--size", this.elder ? `${this.size}px` : "16px");
    this.elderButton.setAttribute("aria-pressed", String(this.elder));
    this.sizeField.hidden = !this.elder;
    this.sizeShown.textContent = `${this.size}`;
    this.launcher.hidden = this.layout !== "float" || this.opened;
    this.panel.hidden = !this.opened;
    for (const button of this.shadowRoot.querySelectorAll(".read")) button.hidden = !this.elder;
  }

  // -------------------------------------------------------------------------------- frame

  build() {
    const words = this.words;
    const float = this.layout === "float";
    this.elderButton = element("button", { type: "button", class: "elder-button", onclick: () => this.choose({ elder: !this.elder }) }, words.elder);
    this.settingsButton = element("button", { type: "button", class: "settings-button", "aria-expanded": "false", "aria-controls": "settings", onclick: () => this.showSettings(this.settings.hidden) }, words.settings);
    this.launcher = element("button", { type: "button", class: "launcher primary", "aria-haspopup": "dialog", onclick: () => this.open() }, door(), words.open);
    this.sizeShown = element("output", { "aria-live": "polite" });
    this.sizeField = element("div", { class: "field", role: "group", "aria-label": words.size },
      element("span", { "aria-hidden": "true" }, words.size),
      element("button", { type: "button", class: "smaller", "aria-label": words.smaller, onclick: () => this.choose({ size: Math.max(18, this.size - 2) }) }, "A−"),
      this.sizeShown,
      element("button", { type: "button", class: "larger", "aria-label": words.larger, onclick: () => this.choose({ size: Math.min(30, this.size + 2) }) }, "A+"));
    this.settings = element("div", { class: "settings", id: "settings", role: "group", "aria-label": words.settings, hidden: true },
      this.sizeField,
      this.field(words.theme, "theme", { auto: words.auto, light: words.light, dark: words.dark }, this.theme),
      this.field(words.language, "language", { zh: "中文", en: "English" }, this.language));
    this.banner = element("p", { class: "banner", role: "alert", hidden: true });
    this.old = element("div", { class: "old" });
    this.log = element("div", { class: "log", role: "log", "aria-live": "polite", "aria-relevant": "additions", "aria-label": words.log });
    this.typing = element("p", { class: "typing", role: "status" });
    this.scroller = element("div", { class: "scroll", role: "region", "aria-label": words.chat, tabindex: "0" }, this.old, this.log, this.typing);
    this.input = element("textarea", {
      id: "message", name: "message", rows: "1", maxlength: "500", placeholder: words.placeholder, enterkeyhint: "send", autocomplete: "off",
      onkeydown: (event) => {
        // While an input method is composing, Enter picks a word.
        if (event.key === "Enter" && !event.shiftKey && !event.isComposing && event.keyCode !== 229) { event.preventDefault(); this.submit(); }
      },
    });
    this.toast = element("p", { class: "toast", role: "status" });
    this.dialog = element("dialog", { "aria-labelledby": "sure" }, element("p", { id: "sure" }, words.restartSure),
      element("div", { class: "row" },
        element("button", { type: "button", class: "stay", onclick: () => this.dialog.close() }, words.no),
        element("button", { type: "button", class: "sure primary", onclick: () => { this.dialog.close(); this.restart(); } }, words.yes)));
    this.panel = element("section", { class: "panel", role: float ? "dialog" : null, "aria-label": words.title },
      element("div", { class: "bar" }, door(),
        element("div", { class: "name" },
          element(this.layout === "page" ? "h1" : "h2", { class: "title" }, words.title),
          element("p", { class: "subtitle" }, words.subtitle)),
        this.elderButton, this.settingsButton,
        float && element("button", { type: "button", class: "close", onclick: () => this.close() }, words.close)),
      this.settings, this.banner, this.scroller,
      element("div", { class: "foot" },
        element("div", { class: "row" },
          element("button", { type: "button", class: "human", onclick: () => this.say(words.humanSays) }, words.human),
          element("button", { type: "button", class: "restart", onclick: () => this.dialog.showModal() }, words.restart)),
        element("form", { onsubmit: (event) => { event.preventDefault(); this.submit(); } },
          element("label", { for: "message", class: "hidden" }, words.ask), this.input,
          element("button", { type: "submit", class: "send primary" }, words.send)),
        element("p", { class: "note small" }, words.note)),
      this.toast);
    this.panel.addEventListener("keydown", (event) => {
      if (event.key !== "Escape" || this.dialog.open) return;
      if (!this.settings.hidden) { this.showSettings(false); event.stopPropagation(); } else if (float) this.close();
    });
    this.frame = element("div", { class: "frame" }, this.launcher, this.panel, this.dialog);
    this.shadowRoot.replaceChildren(...(this.fallbackStyle ? [this.fallbackStyle] : []), this.frame);
    this.greet();
  }

  field(label, name, options, chosen) {
    const select = element("select", { id: name, onchange: (event) => this.choose({ [name]: event.target.value }) });
    for (const [value, text] of Object.entries(options)) {
      select.append(element("option", { value, selected: value === chosen }, text));
    }
    return element("div", { class: "field" }, element("label", { for: name }, label), select);
  }

  showSettings(visible) {
    this.settings.hidden = !visible;
    this.settingsButton.setAttribute("aria-expanded", String(visible));
    if (visible) [...this.settings.querySelectorAll("button, select")].find((node) => node.getClientRects().length).focus();
    else this.settingsButton.focus();
  }

  // Another language: the same conversation in a new frame.
  rebuild() {
    const typed = this.input.value;
    const settings = !this.settings.hidden;
    const entries = [...this.entries.values()];
    this.build();
    this.dress();
    this.input.value = typed;
    this.entries.clear();
    this.last = 0;
    this.restore(entries);
    this.outbox.forEach((item) => this.showPending(item));
    if (settings) { this.showSettings(true); this.shadowRoot.getElementById("language").focus(); }
  }

  /** Open the floating panel. */
  open() {
    this.opened = true;
    this.dress();
    if (this.begun) this.reconnect();
    else this.begin();
    this.input.focus();
    this.dispatchEvent(new CustomEvent("onedoor-open", { bubbles: true }));
  }

  /** Close the floating panel; the conversation stays. */
  close() {
    if (this.layout !== "float") return;
    this.opened = false;
    this.dress();
    this.disconnect();
    this.launcher.focus();
    this.dispatchEvent(new CustomEvent("onedoor-close", { bubbles: true }));
  }

  greet() {
    const card = element("div", { class: "message bot greeting" }, element("p", {}, element("span", { class: "hidden" }, this.words.bot), this.words.greeting),
      element("p", { class: "small" }, this.words.note));
    this.offers(card, { suggestions: this.words.examples });
    this.old.replaceChildren(card);
    this.log.replaceChildren();
  }

  // ----------------------------------------------------------------------------- protocol

  async call(path, options = {}) {
    const headers = { ...(options.headers || {}) };
    if (this.token) headers.Authorization = `Bearer ${this.token}`;
    if (options.body) headers["Content-Type"] = "application/json";
    const answer = await fetch(new URL(path, this.base), { ...options, headers, credentials: "omit", cache: "no-store" });
    if (!answer.ok) throw new Refused(answer.status, await answer.json().catch(() => ({})), Number(answer.headers.get("Retry-After")) || 5);
    return answer;
  }

  async ensureSession() {
    if (this.token) return;
    const { token } = await (await this.call("session", { method: "POST" })).json();
    this.token = token;
    this.loaded = true;
    this.kept.set(this.sessionKey, token);
    this.reconnect();
  }

  begin() {
    if (this.begun) return;
    this.begun = true;
    this.outbox.forEach((item) => this.showPending(item));
    this.reconnect();
  }

  restore(entries) {
    if (!entries.length) return;
    // Not in the live region: nobody wants to hear it all again.
    for (const entry of entries) this.show(entry, this.old);
    this.old.append(element("p", { class: "earlier" }, this.words.earlier));
    this.toEnd();
  }

  disconnect() {
    if (this.listening) this.listening.abort();
    this.listening = null;
  }

  reconnect() {
    if (!this.isConnected || !this.opened || !this.begun || document.hidden) return;
    this.disconnect();
    this.listening = new AbortController();
    this.listen(this.listening.signal);
    this.flush();
  }

  // What was said before, what still has to be sent, then whatever happens.
  async listen(signal) {
    let wait = 500;
    while (!signal.aborted && this.token) {
      const attempt = new AbortController();
      const stop = () => attempt.abort();
      signal.addEventListener("abort", stop, { once: true });
      // The server says something every 15 seconds; silence means that the line is dead.
      let watchdog;
      const alive = () => { clearTimeout(watchdog); watchdog = setTimeout(stop, 40_000); };
      try {
        alive();
        if (!this.loaded) {
          const { messages } = await (await this.call("history", { signal: attempt.signal })).json();
          if (signal.aborted) return;
          this.loaded = true;
          this.restore(messages);
          this.calm();
          this.flush();
        }
        const answer = await this.call("stream", { headers: { "Last-Event-ID": String(this.last) }, signal: attempt.signal });
        wait = 500;
        this.calm();
        this.flush();
        for await (const { name, data } of serverEvents(answer.body, alive)) {
          if (name === "message") await this.receive([data]);
          else if (name === "typing") { this.typingElsewhere = data.on; this.showTyping(); }
          else if (name === "reset") this.forget();
        }
      } catch (error) {
        if (signal.aborted) return;
        if (error instanceof Refused && error.status === 401) { this.sessionExpired(); this.flush(); return; }
        if (error instanceof Refused && error.status === 403) { this.connectionProblem(error); return; }
        if (!(error instanceof Refused)) {
          this.outbox.forEach((item) => this.markUnsent(item));
          this.connectionProblem(error);
        }
        else if (error.wait) wait = Math.max(wait, error.wait * 1000);
      } finally {
        clearTimeout(watchdog);
        signal.removeEventListener("abort", stop);
      }
      this.typingElsewhere = false;
      this.showTyping();
      await pause(wait * (0.75 + Math.random() / 2), signal);
      wait = Math.min(wait * 2, 15_000);
    }
  }

  // Messages come over the stream and as the answer to a post, in any order, and are shown once.
  receive(entries) {
    this.work = this.work.then(async () => {
      let fresh = entries.filter((entry) => entry.id > this.last);
      if (fresh.length && fresh[0].id > this.last + 1) {
        try {
          fresh = (await (await this.call(`history?after=${this.last}`)).json()).messages.filter((entry) => entry.id > this.last);
        } catch { /* better with a gap than not at all */ }
      }
      for (const entry of fresh) this.show(entry, this.log);
    }).catch((error) => console.error(error));
    return this.work;
  }

  // ------------------------------------------------------------------------------ sending

  submit() {
    const text = this.input.value.trim();
    if (!text) return;
    this.input.value = "";
    this.say(text);
  }

  say(text, rating = null) {
    const item = { id: newId(), text, rating };
    this.outbox.push(item);
    this.keepOutbox();
    this.showPending(item);
    this.toEnd();
    this.input.focus({ preventScroll: true });
    this.flush();
  }

  keepOutbox() { this.brief.write("onedoor-outbox", this.outbox); }

  showPending(item) {
    const node = element("div", { class: "message mine pending", "data-message": item.id }, this.mineText(item.text));
    this.log.append(node);
    if (item.failed) this.markUnsent(item);
  }

  mineText(text) {
    return element("p", {}, element("span", { class: "hidden" }, this.words.you), text);
  }

  pendingNode(id) { return this.shadowRoot.querySelector(`.pending[data-message="${CSS.escape(id)}"]`); }

  markUnsent(item) {
    item.failed = true;
    this.keepOutbox();
    const node = this.pendingNode(item.id);
    if (!node || node.classList.contains("unsent")) return;
    node.classList.add("unsent");
    node.append(element("div", { class: "unsent-note" }, this.words.unsent,
      element("button", { type: "button", class: "resend", onclick: () => (this.loaded ? this.flush() : this.reconnect()) }, this.words.resend)));
  }

  // Sends what waits, in order. A message keeps its id, so sending it twice does not ask twice.
  async flush() {
    if (this.sending || !this.loaded || !this.outbox.length) return;
    this.sending = true;
    this.waiting += 1;
    this.showTyping();
    let renewed = false;
    try {
      while (this.outbox.length) {
        const item = this.outbox[0];
        try {
          await this.ensureSession();
          const body = item.rating ? { rating: item.rating, id: item.id } : { message: item.text, id: item.id };
          const answer = await this.call("messages", { method: "POST", body: JSON.stringify(body) });
          const { messages } = await answer.json();
          this.calm();
          this.outbox.shift();
          this.keepOutbox();
          await this.receive(messages);
        } catch (error) {
          if (error instanceof Refused && error.status === 401 && !renewed) {
            renewed = true;
            this.sessionExpired();
          } else if (error instanceof Refused && error.status === 429) {
            this.complain(this.words.slow(error.wait));
            await pause(error.wait * 1000, this.stopping.signal);
            if (this.stopping.signal.aborted) return;
          } else if (error instanceof Refused && error.status >= 400 && error.status < 500) {
            // The message itself is at fault: give it back.
            this.outbox.shift();
            this.keepOutbox();
            const node = this.pendingNode(item.id);
            if (node) node.remove();
            if (!item.rating && !this.input.value) this.input.value = item.text;
            this.complain(error.status === 403 ? this.words.forbidden : error.message);
          } else {
            this.outbox.forEach((waiting) => this.markUnsent(waiting));
            this.connectionProblem(error);
            return;
          }
        }
      }
    } finally {
      this.sending = false;
      this.waiting -= 1;
      this.showTyping();
    }
  }

  // What still waits is asked in the new conversation; a rating belongs to the old one.
  sessionExpired() {
    const typed = this.input.value;
    this.outbox = this.outbox.filter((item) => !item.rating);
    this.keepOutbox();
    this.token = null;
    this.loaded = true;
    this.kept.set(this.sessionKey, null);
    this.forget();
    this.log.append(element("p", { class: "earlier" }, this.words.expired));
    this.outbox.forEach((item) => this.showPending(item));
    this.input.value = typed;
  }

  connectionProblem(error) {
    if (error instanceof Refused) this.complain(error.status === 403 ? this.words.forbidden : this.words.failed);
    else this.complain(navigator.onLine ? this.words.reconnecting : this.words.offline);
  }

  complain(text) {
    if (this.banner.textContent !== text) this.banner.textContent = text;
    this.banner.hidden = false;
  }

  calm() { this.banner.hidden = true; this.banner.textContent = ""; }

  forget() {
    this.last = 0;
    this.entries.clear();
    this.greet();
  }

  restart() {
    this.disconnect();
    if (window.speechSynthesis) speechSynthesis.cancel();
    this.token = null;
    this.loaded = true;
    this.outbox = [];
    this.keepOutbox();
    this.kept.set(this.sessionKey, null);
    this.brief.set("onedoor-ticks", null);
    this.calm();
    this.forget();
    this.input.value = "";
    this.input.focus();
  }

  // Another tab started over, or asked the first question.
  sessionChanged() {
    const token = this.kept.get(this.sessionKey);
    if (token === this.token) return;
    this.disconnect();
    this.token = token;
    this.loaded = !token;
    this.brief.set("onedoor-ticks", null);
    this.forget();
    this.outbox.forEach((item) => this.showPending(item));
    this.reconnect();
  }

  // ------------------------------------------------------------------------------ showing

  show(entry, where) {
    if (this.entries.has(entry.id)) return;
    this.entries.set(entry.id, entry);
    this.last = Math.max(this.last, entry.id);
    if (entry.from === "user") this.showMine(entry, where);
    else this.showReply(entry, where);
  }

  showMine(entry, where) {
    const rating = entry.rating && this.shadowRoot.querySelector(`.rating[data-reply="${Number(entry.rating.reply)}"]`);
    if (rating) this.showRating(rating, entry.rating.useful);
    let node = entry.message_id && this.pendingNode(entry.message_id);
    const typed = node ? node.querySelector("p").lastChild.textContent : entry.text;
    if (node) {
      node.className = "message mine";
      node.replaceChildren(this.mineText(entry.text));
      if (node.parentNode !== where || node !== where.lastElementChild) where.append(node);
    } else {
      node = element("div", { class: "message mine", lang: "zh-CN" }, this.mineText(entry.text));
      where.append(node);
    }
    if (/<[^<>]{1,6}号码?>|<电话>|<车牌>/.test(entry.text) && (typed !== entry.text || where === this.old)) {
      node.append(element("p", { class: "small" }, this.words.masked));
    }
    if (where === this.log) this.toEnd();
  }

  showReply(entry, where) {
    const custom = entry.custom || {};
    const card = element("div", { class: `message bot ${custom.act === "emergency" ? "emergency" : ""}`, lang: "zh-CN", "data-number": entry.id });
    const blocks = blocksOf(entry.text || "", custom);
    blocks.forEach((block, index) => {
      if (block.documents) { card.append(this.checklist(entry)); return; }
      const lead = index === 0 && custom.act === "answer";
      const [first, ...rest] = block.text.split("\n");
      const parts = lead && block.plain ? [element("p", { class: "lead" }, first), rest.length ? element("p", {}, rest.join("\n")) : null] : [element("p", {}, block.text)];
      if (block.windows) card.append(this.windowCard(parts, block));
      else if (block.online) card.append(this.onlineCard(parts, custom.guidance.online));
      else card.append(...parts.filter(Boolean));
    });
    card.prepend(element("span", { class: "hidden" }, this.words.bot));
    const phone = custom.referral && custom.referral.phone;
    if (phone && /^[\d\s()+-]{3,20}$/.test(phone)) {
      card.append(element("div", { class: "row" }, element("a", { class: "link", href: telephone(phone) }, this.words.call(phone))));
    }
    this.offers(card, custom);
    this.tools(card, entry);
    where.append(card);
    if (where === this.log) this.toNode(card);
  }

  windowCard(parts, block) {
    const words = this.words;
    const card = element("div", { class: "card window" }, ...parts);
    const several = block.windows.length > 1;
    for (const item of block.windows) {
      const prefix = several ? `${item.name} ` : "";
      const stand = item.verified === true ? element("span", { class: "mark good" }, words.verified) : element("span", { class: "mark" }, words.unverified);
      for (const key of ["address", "phone", "hours"]) {
        if (item[key] && !block.text.includes(item[key])) {
          card.append(element("p", {}, `${prefix}${words[key]}:${item[key]} `, key === "address" ? stand : null));
        }
      }
      if (item.as_of && (item.address || item.phone) && !block.text.includes(item.as_of)) card.append(element("p", { class: "small" }, words.asOf(item.as_of)));
      const links = element("div", { class: "row" });
      // A map must not lead anybody to an address that nobody confirmed.
      if (item.verified === true && item.address) {
        links.append(element("a", { class: "link map", href: mapLink(item.address), target: "_blank", rel: "noopener noreferrer" }, `${words.map}${several ? `:${item.name}` : ""}`));
      }
      if (item.verified === true && item.phone) links.append(element("a", { class: "link", href: telephone(item.phone) }, words.call(item.phone)));
      if (links.children.length) card.append(links);
    }
    return card;
  }

  onlineCard(parts, online) {
    const link = onlineLink(online.entry);
    return element("div", { class: "card online" }, ...parts,
      link && element("div", { class: "row" }, element("a", { class: "link", href: link, target: "_blank", rel: "noopener noreferrer" }, this.words.entry)));
  }

  offers(card, custom) {
    const words = this.words;
    const choices = custom.choices || [];
    if (choices.length) {
      const box = element("div", { class: "choices" });
      for (const option of choices) {
        box.append(element("button", { type: "button", onclick: () => this.say(option.name) }, element("span", {}, option.name),
          option.hint && option.hint !== option.name ? element("small", {}, option.hint) : null));
      }
      const other = custom.act === "answer" ? "skip" : "none";
      box.append(element("button", { type: "button", class: other, onclick: () => this.say(SAYS[other]) }, words[other]));
      card.append(box);
    } else if ((custom.suggestions || []).length) {
      const box = element("div", { class: "row offers" });
      for (const text of custom.suggestions) box.append(element("button", { type: "button", lang: "zh-CN", onclick: () => this.say(text) }, text));
      card.append(box);
    }
  }

  tools(card, entry) {
    const words = this.words;
    const act = (entry.custom || {}).act;
    const box = element("div", { class: "row tools", lang: this.frame.lang });
    if (act === "answer") box.append(element("button", { type: "button", class: "more", onclick: () => this.say(SAYS.more) }, words.more));
    if (window.speechSynthesis) {
      box.append(element("button", { type: "button", class: "read", hidden: !this.elder, onclick: (event) => this.readAloud(entry.text, event.currentTarget) }, words.read));
    }
    if (["answer", "refer", "explain"].includes(act)) {
      const rating = element("span", { class: "row rating", role: "group", "aria-label": words.rate, "data-reply": entry.id });
      for (const useful of [true, false]) {
        const text = useful ? words.useful : words.useless;
        rating.append(element("button", { type: "button", class: useful ? "useful" : "useless", "aria-pressed": "false",
          onclick: () => { this.showRating(rating, useful); this.say(useful ? "回答有用" : "回答没用", { reply: entry.id, useful }); } },
        thumb(useful), text));
      }
      box.append(rating);
    }
    if (box.children.length) card.append(box);
    box.classList.toggle("only-read", box.children.length === 1 && box.firstChild.classList.contains("read"));
  }

  showRating(rating, useful) {
    for (const button of rating.querySelectorAll("button")) {
      button.disabled = true;
      button.setAttribute("aria-pressed", String(button.classList.contains("useful") === useful));
    }
  }

  showTyping() {
    const on = this.waiting > 0 || this.typingElsewhere;
    if (on === (this.typing.childElementCount > 0)) return;
    this.typing.replaceChildren(...(on ? [element("span", { class: "dots", "aria-hidden": "true" }, element("i"), element("i"), element("i")), this.words.typing] : []));
    if (on) this.toEnd();
  }

  get calmMotion() { return matchMedia("(prefers-reduced-motion: reduce)").matches ? "auto" : "smooth"; }
  toEnd() { this.scroller.scrollTop = this.scroller.scrollHeight; }
  // The beginning of a long answer is what one wants to read.
  toNode(node, behavior = this.calmMotion) {
    this.scroller.scrollTo({ top: node.offsetTop - this.scroller.offsetTop - 8, behavior });
  }

  notify(text) {
    this.toast.textContent = text;
    clearTimeout(this.toastTimer);
    this.toastTimer = setTimeout(() => { this.toast.textContent = ""; }, 5000);
  }

  // ---------------------------------------------------------------------------- checklist

  ticksOf(code) { return new Set(this.brief.read("onedoor-ticks", {})[code] || []); }

  tick(code, name, on) {
    const all = this.brief.read("onedoor-ticks", {});
    const names = new Set(all[code] || []);
    if (on) names.add(name); else names.delete(name);
    all[code] = [...names];
    this.brief.write("onedoor-ticks", all);
    for (const card of this.shadowRoot.querySelectorAll(".documents")) if (card.dataset.matter === code) card.refresh();
  }

  checklist(entry) {
    const words = this.words;
    const { documents } = entry.custom.guidance;
    const matter = entry.custom.matter || { code: "", name: "" };
    const count = element("span", {});
    const list = element("ul");
    const card = element("div", { class: "card documents", role: "group", "aria-label": `${words.documents} ${matter.name}`, "data-matter": matter.code },
      element(this.layout === "page" ? "h2" : "h3", { class: "head" }, words.documents, count), list,
      element("div", { class: "row", lang: this.frame.lang },
        element("button", { type: "button", class: "copy", onclick: () => this.copy(entry) }, words.copy),
        element("button", { type: "button", class: "print", onclick: () => this.print(entry) }, words.print),
        element("button", { type: "button", class: "picture", onclick: () => this.picture(entry) }, words.picture)));
    const boxes = documents.map((item) => {
      const box = element("input", { type: "checkbox", onchange: (event) => this.tick(matter.code, item.name, event.target.checked) });
      list.append(element("li", {}, element("label", {}, box, element("span", {},
        element("b", {}, item.name), element("span", { class: "form" }, this.details(item)),
        item.exempt_by ? element("span", { class: "exempt" }, words.exempt(item.exempt_by)) : null,
        item.note ? element("span", { class: "small" }, item.note) : null,
        item.where ? element("span", { class: "small" }, words.where(item.where)) : null))));
      return [box, item.name];
    });
    card.refresh = () => {
      const ticked = this.ticksOf(matter.code);
      for (const [box, name] of boxes) box.checked = ticked.has(name);
      count.textContent = words.ready(boxes.filter(([box]) => box.checked).length, boxes.length);
    };
    card.refresh();
    return card;
  }

  details(item) {
    const parts = [item.form, item.copies > 1 ? this.words.copies(item.copies) : null, item.when ? this.words.when(item.when) : null].filter(Boolean);
    return parts.length ? `(${parts.join(";")})` : "";
  }

  // The sheet that is copied, printed or drawn: [kind, text] lines.
  sheet(entry) {
    const words = this.words;
    const matter = entry.custom.matter || { code: "", name: "" };
    const ticked = this.ticksOf(matter.code);
    const lines = [["title", matter.name], ["head", words.documents]];
    for (const item of entry.custom.guidance.documents) {
      const more = [item.exempt_by ? words.exempt(item.exempt_by) : null, item.note, item.where ? words.where(item.where) : null].filter(Boolean).join(";");
      lines.push(["item", `${ticked.has(item.name) ? "☑" : "☐"} ${item.name}${this.details(item)}${more ? `。${more}` : ""}`]);
    }
    const blocks = blocksOf(entry.text, entry.custom).filter((block) => block.text);
    const other = blocks.flatMap((block, index) => block.text.split("\n").slice(index === 0 && block.plain ? 1 : 0)).filter((line) => line.trim() && !/[?\uff1f]/.test(line));
    lines.push(...other.map((line) => ["text", line]));
    const today = new Intl.DateTimeFormat(this.language === "en" ? "en" : "zh-CN", { dateStyle: "long" }).format(new Date());
    lines.push(["note", `${words.sheetMade(today)}。${words.sheetNote}`]);
    return lines;
  }

  async copy(entry) {
    const text = this.sheet(entry).map(([, line]) => line).join("\n");
    try {
      await navigator.clipboard.writeText(text);
      this.notify(this.words.copied);
    } catch { // not over HTTPS, or not allowed
      const area = element("textarea", { class: "hidden", readonly: true, "aria-hidden": "true" });
      area.value = text;
      this.panel.append(area);
      area.select();
      let done = false;
      try { done = document.execCommand("copy"); } catch { /* told below */ }
      area.remove();
      this.notify(done ? this.words.copied : this.words.copyFailed);
    }
  }

  // A page of its own, so that the site around us is not printed with it.
  print(entry) {
    const paper = element("iframe", { class: "hidden", title: this.words.print, "aria-hidden": "true", tabindex: "-1" });
    this.panel.querySelectorAll("iframe").forEach((old) => old.remove());
    this.panel.append(paper);
    const page = paper.contentDocument;
    page.documentElement.lang = "zh-CN";
    page.title = `${(entry.custom.matter || {}).name || ""} ${this.words.documents}`.trim();
    const tags = { title: "h1", head: "h2" };
    for (const [kind, text] of this.sheet(entry)) {
      const node = page.createElement(tags[kind] || "p");
      if (!tags[kind]) node.className = kind;
      node.textContent = text;
      page.body.append(node);
    }
    try {
      const sheet = new paper.contentWindow.CSSStyleSheet();
      sheet.replaceSync(SHEET_CSS);
      page.adoptedStyleSheets = [sheet];
    } catch { /* plain, but complete */ }
    paper.contentWindow.focus();
    paper.contentWindow.print();
  }

  picture(entry) {
    const styles = { title: [34, "bold", 12], head: [24, "bold", 8], item: [22, "normal", 10], text: [20, "normal", 8], note: [17, "normal", 4] };
    const width = 720;
    const margin = 36;
    const canvas = document.createElement("canvas");
    const pen = canvas.getContext("2d");
    const font = (size, weight) => `${weight} ${size}px "PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC", sans-serif`;
    const rows = [];
    let height = margin;
    for (const [kind, text] of this.sheet(entry)) {
      const [size, weight, after] = styles[kind];
      pen.font = font(size, weight);
      const indent = kind === "item" ? size * 1.3 : 0;
      let line = "";
      let x = margin;
      const put = () => { height += size * 1.5; rows.push({ line, x, y: height, size, weight, kind }); line = ""; x = margin + indent; };
      for (const character of text) {
        if (pen.measureText(line + character).width > width - margin - x) put();
        line += character;
      }
      put();
      height += after;
    }
    const scale = 2;
    canvas.width = width * scale;
    canvas.height = Math.ceil(height + margin) * scale;
    pen.scale(scale, scale);
    pen.fillStyle = "#fff";
    pen.fillRect(0, 0, width, height + margin);
    for (const row of rows) {
      pen.font = font(row.size, row.weight);
      pen.fillStyle = row.kind === "title" ? "#0b4ea2" : row.kind === "note" ? "#46566a" : "#14202e";
      pen.fillText(row.line, row.x, row.y);
    }
    canvas.toBlob((blob) => {
      if (!blob) { this.notify(this.words.pictureFailed); return; }
      const url = URL.createObjectURL(blob);
      const link = element("a", { href: url, download: `${(entry.custom.matter || {}).name || "一扇门"}-要带的材料.png` });
      link.click();
      setTimeout(() => URL.revokeObjectURL(url), 60_000);
      this.notify(this.words.saved);
    }, "image/png");
  }

  // ---------------------------------------------------------------------------- read aloud

  readAloud(text, button) {
    const words = this.words;
    const wasReading = button.classList.contains("reading");
    speechSynthesis.cancel();
    for (const other of this.shadowRoot.querySelectorAll(".read.reading")) { other.classList.remove("reading"); other.textContent = words.read; }
    if (wasReading) return;
    const voices = speechSynthesis.getVoices();
    if (voices.length && !voices.some((voice) => /^(zh|cmn)/i.test(voice.lang))) { this.notify(words.noVoice); return; }
    const speech = new SpeechSynthesisUtterance(text.replace(/\s*\n\s*/g, "。"));
    speech.lang = "zh-CN";
    speech.rate = 0.85;
    const done = () => { button.classList.remove("reading"); button.textContent = words.read; };
    speech.addEventListener("end", done);
    speech.addEventListener("error", done);
    button.classList.add("reading");
    button.textContent = words.stopReading;
    speechSynthesis.speak(speech);
  }
}

customElements.define("one-door", OneDoor);
})();
