// The chat page: asks for a session, sends questions, shows answers as cards. No library, no build step.
// Everything from the server is put in as text, never as HTML.

const log = document.getElementById("log");
const form = document.getElementById("form");
const input = document.getElementById("message");
const typing = document.getElementById("typing");
const problem = document.getElementById("problem");
const GREETING = "您好,我是“一扇门”。您想办什么事,用平常的话说就行。";
const EXAMPLES = ["身份证丢了怎么补", "孩子刚出生怎么上户口", "二手车过户去哪办", "护照到期换新多少钱"];

function element(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name === "onclick") node.addEventListener("click", value);
    else if (value === true) node.setAttribute(name, "");
    else if (value !== null && value !== undefined) node.setAttribute(name, value);
  }
  node.append(...children);
  return node;
}

function show(node) {
  log.append(node);
  node.scrollIntoView({ block: "start", behavior: "smooth" });
}

function say(text) {
  show(element("div", { class: "message mine" }, text));
}

function documentLine(item) {
  const details = [item.form, item.copies > 1 ? `${item.copies}份` : null, item.when ? `${item.when}的要带` : null].filter(Boolean);
  return item.name + (details.length ? `(${details.join(";")})` : "") + (item.exempt_by ? `,可免交:${item.exempt_by}(电子证照)` : "") + (item.note ? `。${item.note}` : "");
}

// The documents become a list to tick off; everything else keeps the wording of the text.
function answerCard(reply) {
  const guidance = reply.custom.guidance || {};
  const card = element("div", { class: "message" });
  const documents = (guidance.documents || []).map(documentLine);
  const numbered = new Set(documents.map((line, index) => `${index + 1}. ${line}`));
  const lines = reply.text.split("\n");
  if (!lines.some((line) => numbered.has(line))) {
    card.append(reply.text);
  } else {
    card.append(element("h2", {}, lines[0]));
    const list = element("ul", { "aria-label": "要带的材料" });
    for (const line of documents) {
      list.append(element("li", {}, element("label", {}, element("input", { type: "checkbox" }), element("span", {}, line))));
    }
    card.append(list, lines.slice(1).filter((line) => !numbered.has(line)).join("\n"));
  }
  return card;
}

function addOptions(card, custom) {
  const options = custom.choices || [];
  if (options.length) {
    const box = element("div", { class: "choices" });
    for (const option of options) {
      const button = element("button", { type: "button", onclick: () => send(option.name) }, option.name);
      if (option.hint && option.hint !== option.name) button.append(element("small", {}, option.hint));
      box.append(button);
    }
    card.append(box);
  } else if ((custom.suggestions || []).length) {
    const box = element("div", { class: "chips" });
    for (const text of custom.suggestions) box.append(element("button", { type: "button", onclick: () => send(text) }, text));
    card.append(box);
  }
}

function showReply(reply) {
  const custom = reply.custom || {};
  let card;
  if (custom.act === "answer") card = answerCard(reply);
  else if (custom.act === "clarify") card = element("div", { class: "message" }, reply.text.split("\n")[0]);
  else card = element("div", { class: `message ${custom.act === "emergency" ? "emergency" : ""}` }, reply.text);
  addOptions(card, custom);
  show(card);
}

function greet() {
  const card = element("div", { class: "message" }, GREETING);
  addOptions(card, { suggestions: EXAMPLES });
  log.append(card);
}

async function session(fresh = false) {
  let token = fresh ? null : sessionStorage.getItem("onedoor-session");
  if (!token) {
    const answer = await fetch("/webhooks/web/session", { method: "POST" });
    if (!answer.ok) throw new Error("session");
    token = (await answer.json()).token;
    sessionStorage.setItem("onedoor-session", token);
  }
  return token;
}

async function post(text, retry = true) {
  const answer = await fetch("/webhooks/web/messages", {
    method: "POST",
    headers: { "Content-Type": "application/json", Authorization: `Bearer ${await session()}` },
    body: JSON.stringify({ message: text }),
  });
  if (answer.status === 401 && retry) {
    await session(true);
    return post(text, false);
  }
  if (!answer.ok) throw new Error((await answer.json().catch(() => ({}))).error || `HTTP ${answer.status}`);
  return answer.json();
}

async function send(text) {
  text = text.trim();
  if (!text) return;
  problem.hidden = true;
  say(text);
  input.value = "";
  typing.hidden = false;
  try {
    for (const reply of await post(text)) showReply(reply);
  } catch (error) {
    input.value = text; // nothing typed is lost
    problem.textContent = "没有连上,您的话还在输入框里,请稍后再点“发送”。急事请打 12345。";
    problem.hidden = false;
  } finally {
    typing.hidden = true;
    input.focus({ preventScroll: true });
  }
}

form.addEventListener("submit", (event) => {
  event.preventDefault();
  send(input.value);
});
document.getElementById("restart").addEventListener("click", () => {
  sessionStorage.removeItem("onedoor-session");
  log.replaceChildren();
  problem.hidden = true;
  greet();
  input.focus();
});
document.getElementById("larger").addEventListener("click", (event) => {
  const large = document.documentElement.classList.toggle("large");
  event.target.setAttribute("aria-pressed", String(large));
  localStorage.setItem("onedoor-large", large ? "yes" : "");
});
if (localStorage.getItem("onedoor-large")) document.getElementById("larger").click();
greet();
input.focus();
