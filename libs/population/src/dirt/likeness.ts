import type { SpoiledRow } from './spoiled-row.js';

/** How names go wrong, in small tables made for this simulator. Each pair or group is checked against the kernel before it is used. */

const pairs = (text: string): Map<string, string> => new Map(text.split(' ').map((pair) => [[...pair][0], [...pair][1]]));

/** Simplified to traditional, of characters that names are made of. */
export const TRADITIONAL = pairs(
  '张張 刘劉 孙孫 陈陳 杨楊 赵趙 马馬 吴吳 许許 郑鄭 谢謝 韩韓 冯馮 吕呂 蒋蔣 贾賈 邓鄧 苏蘇 卢盧 叶葉 钱錢 汤湯 贺賀 顾顧 龙龍 万萬 谭譚 邹鄒 陆陸 '
  + '国國 华華 军軍 伟偉 杰傑 强強 荣榮 兰蘭 凤鳳 红紅 丽麗 艳艷 云雲 庆慶 长長 东東 广廣 兴興 义義 礼禮 宝寶 树樹 贵貴 财財 学學 业業 连連 维維 继繼 传傳 泽澤 '
  + '涛濤 鹏鵬 飞飛 刚剛 剑劍 龄齡 岭嶺 来來 顺順 发發 双雙 爱愛 静靜 颖穎 莲蓮 琼瓊 莹瑩 轩軒 铭銘 诗詩 语語 怀懷 汉漢 韦韋 闫閆 齐齊 钟鍾 鲁魯',
);

/** Characters the eye takes for each other. */
export const LOOK_ALIKE = pairs(
  '未末 末未 己已 土士 士土 天夭 晴睛 候侯 侯候 杨扬 扬杨 孟盂 博搏 娜那 宇字 昊吴 坤神 冰水 洋祥 祥详 晨震 彬杉 杉彬 林材 海悔 玲铃 铃玲 英莫 莉利 '
  + '涛寿 伟韦 军车 红江 江汪 汪江 萍苹 静净 敏每 明朋 朋明 峰蜂 波皮 鹏朋 刚钢 建健 健建 国园 春舂 兰三 梅海 珍诊 秀季 季秀 桂佳 佳住 雨两 欣饮 怡抬 涵函 '
  + '浩洁 轩杆 泽择 梓样 睿壑 宸晨 博傅 傅博 徐除 陈阵 刘列 赵起 周同 郑邓 郭敦 梁粱 胡湖 董重 袁哀 高亭 朱未 何向 曹槽 任住 史吏',
);

/** Same sound, tones aside. */
export const SAME_SOUND = [
  '伟玮炜纬维卫', '涛韬滔', '静婧靖敬晶菁', '丽莉俐利立', '军君钧均', '志智治芝', '明鸣铭茗', '华桦骅花', '红虹宏洪弘鸿', '平萍苹', '英瑛莹樱', '强蔷', '杰洁捷', '玲铃琳林', '勇永咏',
  '磊蕾', '娟涓', '敏民', '霞侠', '燕艳彦雁', '芳方', '秀修', '兰岚', '梅美', '国果', '建健剑', '春纯', '海亥', '波博柏', '鹏朋彭', '飞菲', '峰锋丰枫', '晓小笑', '雪学', '佳嘉家', '欣鑫新昕心',
  '雨语宇玉', '涵含晗函', '轩宣萱', '泽则', '子梓紫', '浩昊皓', '睿瑞锐', '宸辰晨', '怡宜依', '诗施师', '琪奇齐', '悦月跃', '婷亭庭', '慧惠辉', '文雯', '桂贵', '凤奉', '庆清青',
];

/** Standard character to the private-use code points old systems still write. */
export const PRIVATE_USE = new Map([['䶮', '\ue863']]);

export const soundsLike = new Map<string, string>();
for (const group of SAME_SOUND) {
  const list = [...group];
  list.forEach((character, i) => soundsLike.set(character, list[(i + 1) % list.length]));
}

/** One character of a name, changed by a table; null where the table knows none of them. */
export function replaceOne(name: string, row: SpoiledRow, salt: number, by: (character: string) => string | undefined): string | null {
  const characters = [...name];
  const from = row.draw(characters.length, salt);
  for (let i = 0; i < characters.length; i++) {
    const at = (from + i) % characters.length;
    const other = by(characters[at]);
    if (other === undefined || other === characters[at]) continue;
    characters[at] = other;
    return characters.join('');
  }
  return null;
}
