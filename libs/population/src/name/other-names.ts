/** Names of peoples whose names are written in other ways. `dotted` names join the given and the father's name with ·. */
export interface NameManner { men: string[]; women: string[]; father: string[] }

const words = (text: string): string[] => text.split(' ');

/** By ethnicity (GB/T 3304). */
export const MANNERS: Record<string, NameManner> = {
  '05': {
    men: words('阿卜杜拉 买买提 艾合买提 吐尔逊 玉素甫 阿迪力 艾尔肯 库尔班 热合曼 亚森 努尔麦麦提 伊力亚斯 凯赛尔 麦合木提'),
    women: words('古丽娜尔 阿依古丽 热依拉 帕提古丽 迪丽努尔 祖丽菲亚 米日古丽 阿孜古丽 茹仙古丽 吾尔古丽'),
    father: words('买买提 吐尔逊 玉素甫 卡德尔 艾山 依明 阿不都热依木 库尔班 热西提 托合提'),
  },
  '17': {
    men: words('叶尔兰 努尔兰 阿合买提 巴合提 赛力克 加尔肯'),
    women: words('阿依努尔 古丽扎 巴合提古丽 加娜尔 沙吾列'),
    father: words('哈力木 马合木提 托列吾 阿布勒哈孜 木拉提'),
  },
  '04': {
    men: words('扎西多吉 次仁顿珠 洛桑平措 旦增罗布 格桑 巴桑次仁 尼玛'),
    women: words('卓玛 央金 次仁拉姆 白玛 德吉 仓决 格桑曲珍'),
    father: [],
  },
  '02': {
    men: words('巴特尔 朝鲁 那日苏 宝音 特木尔 斯琴巴图 乌力吉 哈斯'),
    women: words('其其格 萨仁 娜仁 托娅 乌兰 斯琴 塔娜 高娃'),
    father: [],
  },
  '07': {
    men: words('阿木 木呷 拉铁 尔古 石布 日火 克布'),
    women: words('阿呷 木果 阿依 尔作 伍呷 日洛'),
    father: words('吉克 阿苏 沙马 阿尔 曲比 马海 吉木'),
  },
};

/** Shares of ethnicities among people of a northern district; the rest is Han. Local people, then people from elsewhere. */
export const ETHNICITY_CODES = ['03', '11', '02', '10', '08', '15', '06', '07', '05', '04', '14', '09', '17'];
export const LOCAL_ETHNICITIES = [52, 14, 6, 4, 3, 3, 3, 2, 1, 1, 1, 1, 0.4];
export const FLOATING_ETHNICITIES = [60, 16, 14, 8, 16, 18, 16, 24, 18, 10, 8, 8, 6];

export const FOREIGN_FAMILY = words('SMITH MILLER TAYLOR WILSON MARTIN BERNARD MULLER SCHMIDT ROSSI IVANOV KUZNETSOV SATO SUZUKI TANAKA KIM PARK NGUYEN KHAN SILVA OKAFOR');
export const FOREIGN_MEN = words('JAMES DAVID THOMAS PAUL PIERRE HANS MARCO IGOR DMITRI HIROSHI KENJI MINHO JIHOON VAN IMRAN JOAO CHIDI');
export const FOREIGN_WOMEN = words('MARY ANNA CLAIRE SOPHIE HEIDI GIULIA OLGA ELENA YUKI EMI JIWOO SOYEON LINH AYESHA BEATRIZ ADA');
