/** Surnames and how often they are met, in people of ten thousand: estimates made for this simulator, after what northern China is like. */
const COMMON = `王 1010 李 905 张 860 刘 640 孙 330 徐 215 马 205 赵 300 杨 265 陈 255 于 190 高 160 朱 150 郭 140 胡 135
宋 130 韩 125 周 120 吕 105 林 102 崔 98 董 95 郑 90 冯 88 姜 86 田 84 曹 82 许 80 孟 76 隋 72 任 70 牛 66 范 64 石 63 袁 62
邢 60 毕 58 贾 57 魏 56 丁 55 邵 54 梁 53 杜 52 苏 50 傅 48 侯 47 吴 130 黄 80 何 60 罗 40 谢 45 唐 42 沈 32 彭 28 潘 30
蒋 32 程 45 段 34 薛 42 尹 40 史 36 夏 34 路 33 国 26 庞 24 常 30 卢 32 姚 30 耿 30 巩 28 荆 24 翟 30 焦 28 逯 12 司 16 武 26
康 22 房 24 鲁 22 秦 24 仇 14 殷 20 边 16 臧 14 解 14 单 15 曲 18 钱 16 孔 24 颜 16 郝 20 白 18 邱 20 江 18 方 18 金 20 陶 18
钟 14 谭 16 汪 15 廖 9 熊 8 邹 14 戴 12 陆 14 龙 8 万 10 雷 9 贺 13 尚 12 安 14 柴 10 车 9 褚 8 滕 10 蒲 8 战 6 初 6 由 5 逄 5
辛 10 亓 6 宁 9 聂 10 岳 10 乔 10 齐 14 庄 10 伊 8 温 8 文 7 向 5 申 8 关 6 葛 10 季 8 项 5 祝 7 柳 6 蔡 14 余 12 叶 9 邓 14 曾 7
萧 4 肖 18 洪 6 卜 6 匡 5 佟 3 祁 5 苗 8 闫 14 阎 6 商 6 桑 4 燕 4 訾 3 呼 1 昝 2 郇 2 禚 1 麻 2 苑 3 纪 8 穆 4 衣 4 展 4 甄 3 景 4
霍 5 靳 6 左 5 窦 5 卞 3 盖 4 刁 5 巴 1 干 1 米 3 牟 7 綦 4 慕 2 蔺 3 鹿 5 来 2 成 5 仲 3 屈 3 华 4 詹 2 覃 1 岑 1 芦 3 冷 4 时 4`;

const COMPOUND = `欧阳 3 司马 2 上官 2 诸葛 3 东方 2 皇甫 1 尉迟 1 慕容 1 公孙 1 令狐 1 夏侯 1 长孙 1 淳于 2 呼延 1 端木 1`;

function read(text: string): { items: string[]; weights: number[] } {
  const words = text.split(/\s+/);
  const items: string[] = [];
  const weights: number[] = [];
  for (let i = 0; i + 1 < words.length; i += 2) {
    items.push(words[i]);
    weights.push(Number(words[i + 1]));
  }
  return { items, weights };
}

export const SURNAMES = read(`${COMMON} ${COMPOUND}`);
/** Among Hui families. */
export const HUI_SURNAMES = read('马 300 金 60 白 60 哈 30 沙 40 丁 60 米 30 杨 60 李 70 王 60 张 40 刘 30 安 20 洪 20 海 15 陈 20 石 20 法 12 答 5 麻 10 穆 14');
export const KOREAN_SURNAMES = read('金 300 朴 150 李 200 崔 90 郑 60 姜 40 赵 30 尹 30 张 30 林 25 吴 20 全 20 南 15');
