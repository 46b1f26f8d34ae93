import { HubError, type Text } from '#kernel';
import type { Channel } from './settings.js';

/** What a channel is handed. */
export interface Message {
  /** The same at every attempt: receivers know by it what they have. */
  id: string;
  subject: Text;
  lines: Text[];
  /** The body of the webhook, Standard Webhooks' `{type, timestamp, data}`. */
  body: object;
}

/** Milliseconds a channel may take. */
const PATIENCE = 10_000;

/** Sends a message. @throws HubError HUSHU-WATCH-02 saying what the other side did; never what it wrote */
export async function sendThrough(channel: Channel, message: Message, credential: (name: string) => Promise<string>): Promise<void> {
  if (channel.kind === 'webhook') await post(channel, message, await credential(channel.credential!));
  else await mail(channel, message, channel.credential === undefined ? undefined : await credential(channel.credential));
}

/** Signed as Standard Webhooks has it. Redirects are not followed: the district named this address and no other. */
async function post({ name, url }: Channel, { id, body }: Message, secret: string): Promise<void> {
  const { Webhook } = await import('standardwebhooks');
  const text = JSON.stringify(body);
  const at = new Date();
  const signature = new Webhook(secret).sign(id, at, text);
  const reply = await fetch(url!, {
    method: 'POST', body: text, redirect: 'manual', signal: AbortSignal.timeout(PATIENCE),
    headers: { 'content-type': 'application/json', 'webhook-id': id, 'webhook-timestamp': String(Math.floor(at.getTime() / 1000)), 'webhook-signature': signature },
  }).catch((cause: unknown) => { throw untold(name, codeOf(cause)); });
  await reply.body?.cancel();
  if (!reply.ok) throw untold(name, `HTTP ${reply.status}`);
}

async function mail({ name, smtp, from, to }: Channel, { id, subject, lines }: Message, password: string | undefined): Promise<void> {
  const { createTransport } = await import('nodemailer');
  const { host, port, secure = false, user } = smtp!;
  const transport = createTransport({
    host, port: port ?? (secure ? 465 : 587), secure, ...(user === undefined ? {} : { auth: { user, pass: password ?? '' } }),
    connectionTimeout: PATIENCE, greetingTimeout: PATIENCE, socketTimeout: PATIENCE,
  });
  try {
    await transport.sendMail({
      from, to, subject: `${subject.zh} · ${subject.en}`, messageId: `<${id}@hushu>`, text: [...lines.map(({ zh }) => zh), '', ...lines.map(({ en }) => en), ''].join('\n'),
    });
  } catch (cause) {
    throw untold(name, codeOf(cause));
  } finally {
    transport.close();
  }
}

function untold(channel: string, what: string): HubError {
  return new HubError({
    code: 'HUSHU-WATCH-02', details: { channel, what }, retry: true,
    zh: `提醒未能送达渠道 ${channel} (${what})`, en: `The channel ${channel} did not take the message (${what})`,
    hintZh: '检查该渠道的地址、证书与口令 (hushu credential set)，再运行 hushu alert test', hintEn: 'Check its address, certificate and credential (hushu credential set), then run hushu alert test',
  });
}

/** A word of the system or the protocol; texts of the other side may hold anything. */
function codeOf(error: unknown): string {
  const { code, name, cause, responseCode } = error as { code?: string; name?: string; cause?: { code?: string }; responseCode?: number };
  return cause?.code ?? (code === undefined ? name ?? 'unknown' : `${code}${responseCode === undefined ? '' : ` ${responseCode}`}`);
}
