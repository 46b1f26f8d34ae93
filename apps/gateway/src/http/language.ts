export type Language = 'zh' | 'en';

/** The language of a reply: the better liked of Chinese and English; Chinese when nothing is said. */
export function languageOf(acceptLanguage: string | undefined): Language {
  if (acceptLanguage === undefined) return 'zh';
  let best: Language = 'zh';
  let liking = -1;
  for (const part of acceptLanguage.split(',', 20)) {
    const [range = '', ...parameters] = part.trim().toLowerCase().split(';');
    const quality = Number(parameters.map((one) => /^\s*q=([\d.]+)\s*$/.exec(one)?.[1]).find((one) => one !== undefined) ?? '1');
    const language = range === 'zh' || range.startsWith('zh-') ? 'zh' : range === 'en' || range.startsWith('en-') ? 'en' : undefined;
    if (language !== undefined && quality > liking && quality > 0) { best = language; liking = quality; }
  }
  return best;
}

export function tagOf(language: Language): string {
  return language === 'zh' ? 'zh-CN' : 'en';
}
