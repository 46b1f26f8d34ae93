import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ProblemType } from '../http/problem-types.js';
import { tagOf, type Language } from '../http/language.js';

const CSS = readFileSync(join(import.meta.dirname, 'pages.css'), 'utf8');
const FRONT = readFileSync(join(import.meta.dirname, 'front.js'), 'utf8');
/** A number nobody has: its county was never given out. */
const NOBODY = '370399199001010115';
const sha = (text: string): string => `'sha256-${createHash('sha256').update(text).digest('base64')}'`;

/** Pages run the hub's own scripts, and nothing comes from or goes to another place. */
export const PAGE_POLICY = `default-src 'none'; script-src 'self' ${sha(FRONT)}; style-src 'self' 'unsafe-inline'; img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`;

/** The page at `/`, in both languages at once; `base` is the address outsiders use, `example` a number that may be asked for. */
export function frontPage(language: Language, base: string, example = NOBODY): string {
  return page(language, '户枢 Hushu', `
<header><h1>户枢 Hushu<small>区级人口基础库 · population base library</small></h1>
<nav><a href="/docs">接口文档 API docs</a><a href="/openapi.json">OpenAPI 3.1</a></nav></header>
<section class="tiles">
${tile('registered', '户籍人口（行政记录口径）', 'Registered, by administrative record')}
${tile('provisional', '非本地户籍', 'Not registered here')}
${tile('requests', '今日共享请求', 'Requests answered today')}
${tile('persons', '今日查询人次', 'People asked for today')}
</section>
<h2>数据源 <small>Feeds</small></h2>
<div class="card"><table><thead><tr><th>数据源 Feed</th><th>提供部门 Supplier</th><th>最新业务时间 Newest</th><th>时效 Freshness</th></tr></thead><tbody id="feeds"></tbody></table></div>
<h2>批次 <small>Runs</small></h2>
<div class="card"><table><thead><tr><th></th><th>数据源 Feed</th><th>状态 State</th>${[
    '读入 read', '新增 added', '变更 changed', '移除 removed', '未变 unchanged', '拒收 rejected',
  ].map((title) => `<th class="count">${title.replace(' ', '<br>')}</th>`).join('')}</tr></thead><tbody id="runs"></tbody></table></div>
<h2>试一次调用 <small>A call to try</small></h2>
<pre>${escaped(callToTry(base, example))}</pre>
<footer><span id="live">实时 live</span> · <span id="at"></span> · 只显示合计数 · totals only</footer>
<script>${FRONT}</script>`);
}

export function docsPage(): string {
  return page('zh', '户枢 Hushu API', `<div id="docs"></div><link rel="stylesheet" href="/docs/swagger-ui.css"><script src="/docs/swagger-ui-bundle.js"></script><script src="/docs/docs.js"></script>`);
}

/** What a problem's `type` leads to. */
export function problemPage(type: ProblemType, language: Language): string {
  return page(language, type.name, `
<header><h1>${escaped(type.title.zh)}<small>${escaped(type.title.en)}</small></h1></header>
<p>${escaped(type.about.zh)}</p><p lang="en">${escaped(type.about.en)}</p>
<footer>HTTP ${type.status} · ${type.name} · <a href="/docs">接口文档 API docs</a></footer>`);
}

function page(language: Language, title: string, body: string): string {
  return `<!doctype html><html lang="${tagOf(language)}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">`
    + `<title>${escaped(title)}</title><link rel="icon" href="data:,"><style>${CSS}</style></head><body><main>${body}</main></body></html>`;
}

function tile(id: string, zh: string, en: string): string {
  return `<div class="tile"><b id="${id}">–</b>${zh}<br><span class="faint">${en}</span></div>`;
}

function callToTry(base: string, example: string): string {
  return `# 1. 民政局的客户端（密钥只显示一次） · a client of the Civil Affairs Bureau; its secret is shown once
npx hushu client create --department civil-affairs --grant demo-civil-affairs
CLIENT_ID=... CLIENT_SECRET=...

# 2. 访问令牌 · an access token
TOKEN=$(curl -s -u "$CLIENT_ID:$CLIENT_SECRET" -d grant_type=client_credentials ${base}/oauth/token \\
  | node -pe 'JSON.parse(require("fs").readFileSync(0)).access_token')

# 3. 查询 · a query
curl -s ${base}/v1/persons/query -H "Authorization: Bearer $TOKEN" -H 'Content-Type: application/json' -d '{
  "grant": "demo-civil-affairs",
  "purpose": { "code": "elderly-care", "caseNo": "TRY-1" },
  "operator": { "id": "1001", "name": "演示", "unit": "区民政局" },
  "by": { "idNumbers": ["${example}"] },
  "fields": ["identity.name", "identity.birthDate", "registration.address", "residence.division", "marriage.since"],
  "include": ["provenance"]
}'`;
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
}
