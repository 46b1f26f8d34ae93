/**
 * Characters of given names by time of birth and sex, the most liked first: estimates made for this simulator.
 * `first` and `second` make two-character names, `single` makes names of one character.
 */
export interface GivenNameStyle { until: number; singleShare: number; first: string; second: string; single: string }

export const MEN: GivenNameStyle[] = [
  {
    until: 1949, singleShare: 0.06,
    first: '德玉福长永广明兴文光成志金春宝树洪富贵荣传继兆振立士维庆云清俊泽义忠孝丙元吉万学连同道恒敬存曰克绪承方先西东其守修允茂家',
    second: '福贵田山林海生祥堂才亭清文明忠义信礼仁德荣昌盛发财吉顺东升和平元江河泉奎臣章友成武启恩善庆云阁岭峰三远',
    single: '贵福义忠信礼俊林山海泉玉仁德昌明',
  },
  {
    until: 1964, singleShare: 0.12,
    first: '建国志学玉光永洪文明新德振兴立延福庆爱保跃红卫长春宝树传继兆云家友克善荣维胜东华正承绪先同道宗其世本作景',
    second: '国华军生民平林山海忠义明东文新成武胜利庆祥亮田江峰泉友信昌礼河清来岭荣刚和善奎进福孝禄堂水宝',
    single: '军强刚伟勇斌峰杰林平东明忠义亮涛民俊海光胜',
  },
  {
    until: 1979, singleShare: 0.3,
    first: '建志海文永玉卫国新学洪德光振立延红晓春爱保长庆福传继家友克维胜东华正承宗世本景宝明少金亚向',
    second: '军强刚伟勇斌峰杰林平东明忠涛波亮民海光胜国华生山鹏辉宁庆利新江成武刚良远春义泉岭田滨',
    single: '军强刚伟勇斌峰杰波涛鹏辉磊亮超健凯东明林平海宁毅宏滨民俊',
  },
  {
    until: 1994, singleShare: 0.42,
    first: '海建志文永晓玉国新学洪德光振立延春明长庆传家友克少金亚小俊世宗子兆成书绍元加东',
    second: '涛超磊鹏伟强杰峰亮波龙辉刚勇斌凯飞健宁军林东明阳坤楠帅栋彬磊健冬旭冰华滨晨国',
    single: '涛超磊鹏伟强杰峰亮波龙辉凯飞健宁帅栋彬旭坤楠冰鑫洋阳晨浩斌雷震',
  },
  {
    until: 2009, singleShare: 0.34,
    first: '子浩俊文志宇天家明晓嘉泽博一建海国永金新成书振传佳世柯雨思昊圣启龙正瑞铭旭',
    second: '浩宇轩然豪杰鑫涛博文凯泽鹏辉阳晨源铭瑞龙翔宁飞睿旭琪明恒成毅昊霖达超哲森坤硕',
    single: '浩鑫宇杰涛凯博帅旭晨阳磊鹏睿昊龙毅坤洋硕哲翔轩硕恺',
  },
  {
    until: 2100, singleShare: 0.1,
    first: '子梓宇浩俊一泽家奕嘉沐皓铭景宸承昊瑞雨锦思明书辰煜佑以言知明晨博天若逸嘉允',
    second: '轩泽宸睿浩涵宇辰然晨霖熙诺铭博恒言阳琪谦航源瑞哲昊煜安远朗川硕凡尧麟翊齐晟',
    single: '睿昊宸煜晨浩诺霖泽轩朗硕麟尧',
  },
];

export const WOMEN: GivenNameStyle[] = [
  {
    until: 1949, singleShare: 0.05,
    first: '秀桂玉淑凤兰月素翠爱春金红美庆传继荣莲惠菊香俊孝',
    second: '英兰珍芳华荣梅香云花莲美贞芝娥琴玲清凤春菊叶环平仙珠秋风',
    single: '兰英芝莲荣珍梅香玲琴',
  },
  {
    until: 1964, singleShare: 0.1,
    first: '秀桂玉淑凤爱美素翠红春月建新文金荣丽庆兰惠慧俊艳国卫延传继',
    second: '英兰珍芳华荣梅香云花莲美玲琴霞红芝清娟萍凤春菊平敏珠娥青秋爱',
    single: '英芳华玲霞红敏静梅萍燕丽琴娟荣平',
  },
  {
    until: 1979, singleShare: 0.3,
    first: '秀玉淑爱美红春丽晓艳海建文桂凤素翠雪新永慧立延庆春亚小云',
    second: '霞红燕丽玲梅芳英华娟萍敏静艳云琴芹荣兰香美青蕾莉凤平翠颖花春珍',
    single: '红霞燕丽玲梅芳静敏娟艳萍莉颖雪琳英洁蕾青涛倩波',
  },
  {
    until: 1994, singleShare: 0.42,
    first: '晓丽雪海小艳文玉春红爱美秀慧亚佳婷思梦雅永淑立延新宁',
    second: '丽燕静娜婷敏雪倩莹颖琳娟霞艳梅芳玲萍洁红蕾莉华慧云青君楠晴宁菲琪',
    single: '静娜婷丽雪倩莹颖敏琳洁蕾莉燕艳楠慧晶娟萌菲妍宁丹',
  },
  {
    until: 2009, singleShare: 0.3,
    first: '雨思欣佳梦文雅晓子静婷紫一心怡雪嘉慧若诗馨美瑞语可晨诺',
    second: '欣怡涵婷悦琪雯慧颖彤菲佳萱妍蕊琳瑶雪文静宁莹然梦雨瑞婧晴语萌',
    single: '悦欣婷颖雪琪雯静慧萌妍佳蕊晴菲璇彤宁倩琳',
  },
  {
    until: 2100, singleShare: 0.07,
    first: '梓子一雨欣诗语若思奕沐依可艺馨佳嘉夕芷念安书苡昕星婉知婧妙米',
    second: '涵萱怡诺妍彤汐瑶琪欣悦晨萌宁菲然桐可溪语玥琳熙伊禾芮苒蕊宸柠乐',
    single: '悦玥妍涵诺萱彤汐瑶苒禾芮',
  },
];

/** Characters few systems had: taken from GB 18030 beyond the old sets, the second row from its four-byte part. */
export const RARE = [...'喆堃昇犇淼焱赟翀骉羴玥烜昶旻晔珺祎頔甡劼玘雱婳媖珝昪'];
export const RARE_FOUR_BYTE = ['㛃', '㻏', '㼆', '㬎', '䶮', '𬭚', '𬀩', '𬍛', '𬱟', '𬸣', '𫘝', '𨱏', '𣈱', '𤧛', '𫖯', '𪟝'];
