import { HubError, type Text } from '#kernel';

type Rule = 'delivery-gone' | 'statement-signature' | 'statement-faulty' | 'receipt-differs' | 'receipt-settled' | 'return-differs' | 'return-too-large';

const TERMS: Record<Rule, { code: string; text: Text; hint: Text }> = {
  'delivery-gone': {
    code: 'HUSHU-EXCHANGE-10', text: { zh: '此批次的副本已按保存策略清除', en: 'The copy of this delivery was cleared by policy' },
    hint: { zh: '请提供方重新报送一个全量批次。', en: 'Ask the giver for a full delivery again.' },
  },
  'statement-signature': {
    code: 'HUSHU-EXCHANGE-11', text: { zh: '签名不成立', en: 'It is not signed by the neighbour it comes from' },
    hint: { zh: '双方核对公钥 (hushu hub key) 与 config/hubs 所列。', en: 'Compare the key (hushu hub key) with the one in config/hubs on either side.' },
  },
  'statement-faulty': {
    code: 'HUSHU-EXCHANGE-12', text: { zh: '内容有误，或说的不是这一批、不是发给本枢纽的', en: 'It is faulty, speaks of another delivery, or is for another hub' },
    hint: { zh: '核对 from、to、feed、sequence 及 details.part 所指部分。', en: 'Check from, to, feed, sequence and the part that details.part names.' },
  },
  'receipt-differs': {
    code: 'HUSHU-EXCHANGE-13', text: { zh: '回执的 SM3 或行数与清单不符', en: 'The receipt has another SM3 or number of rows than the manifest' },
    hint: { zh: '双方核对该批次；接收方重新取数。', en: 'Compare the delivery on both sides; the taker fetches it again.' },
  },
  'receipt-settled': {
    code: 'HUSHU-EXCHANGE-14', text: { zh: '此批次已有“已接收”的回执', en: 'This delivery was receipted as taken before' },
    hint: { zh: '已接收的批次不能再拒绝；以更正批次代替。', en: 'What was taken cannot be refused any more; a correcting delivery takes its place.' },
  },
  'return-differs': {
    code: 'HUSHU-EXCHANGE-15', text: { zh: '拒收回流文件与所附说明不符', en: 'The report of rejects is not the one its statement speaks of' },
    hint: { zh: '重新发送；反复出现时检查网络。', en: 'Send it again; if it keeps happening, check the network.' },
  },
  'return-too-large': {
    code: 'HUSHU-EXCHANGE-16', text: { zh: '拒收回流文件大于该批次所能有', en: 'The report of rejects is larger than that delivery allows' },
    hint: { zh: '核对是否属于这一批。', en: 'Check that it belongs to this delivery.' },
  },
};

export function refusal(rule: Rule, details: Record<string, unknown>): HubError {
  const { code, text, hint } = TERMS[rule];
  return new HubError({ code, zh: text.zh, en: text.en, hintZh: hint.zh, hintEn: hint.en, details: { rule, ...details } });
}
