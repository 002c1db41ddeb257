"""Which products a message names. Texts are `nlu.text.normalise`d."""

from __future__ import annotations

import re

# Whose card or account may be named in passing, as the one to pay from: 工资卡是建行的，月付能从这张扣吗.
_PAYERS = (
    "(?:支付宝月?|微信|云闪付|翼支付|招行|招商|(?:中信|平安|广发|浦发|民生|光大|兴业|华夏)(?:银行)?|(?:工|建|农|中|交)行"
    "|邮储(?:银行)?)"
)
_COMPANIES = (
    "(?:美团|携程|滴滴|去哪儿?|同程|飞猪|饿了么|拼多多|京东|淘宝|唯品会|苏宁|得物|快手|小红书|百度"
    "|小米|华为|顺丰|高德|哈啰|哈罗|途虎|转转|网易|移动|联通|电信"
    "|和包(?!月付费)(?:支付)?|天猫|闲鱼|小象(?:超市)?|山姆|沃(?:支付|钱包)?|1688|诚e赊|蚂蚁"
    "|b站|哔哩哔哩|优酷|爱奇艺|腾讯(?:视频)?|芒果(?:tv)?|喜马拉雅|贝壳|自如|(?<!\\d)58(?:同城)?|智联(?:招聘)?"
    "|boss(?:直聘)?|唱吧|知乎|斗鱼|虎牙|酷狗|qq(?:音乐)?|微博|一淘|当当|国美|考拉|叮当|蔚来|荣耀|oppo|vivo"
    # bought there with ours, perhaps: 在瑞幸月付付不了
    "|(?<![在去到从])(?:盒马|叮咚(?:买菜)?|永辉|屈臣氏|瑞幸|肯德基|麦当劳|星巴克|沃尔玛|大润发|朴朴|钱大妈|名创优品|美宜佳))"
)
# 美团月付, 携程月付 and their like are other products that bear our product's name. A blank may be a comma.
_THEIRS = "(?:[那这]个|自己)?的?"
_OTHER_MONTHLY_PAY = re.compile(
    f"(?:{_COMPANIES}{_THEIRS} ?|(?<!卡是)(?<![卡绑])(?<!绑的是){_PAYERS}{_THEIRS}"
    f"|(?<![是用绑从在到发卡])(?<!绑的){_PAYERS}(?:[那这]个|自己)? )月付(?!款)"
    # 这个月月付, 9月月付 and 月月付清 name no product so.
    "|(?<![个这本上下当每几\\d一二三四五六七八九十整两半次底初头单音])月月付"
    "(?=$|[ 怎咋的关注销开用额取结欠账提退能可在是有给]|逾期|还[款清不])"
)

# Loans, credit lines and savings that are known by a name of their own, and how it is mistyped.
_NAMED = re.compile(
    "放心[借接戒]|诚e赊|花[呗贝唄]|花被(?=[额怎能还关开为逾])|[借结接]呗|借贝|家装贷|白条|京东金条|微[粒立]贷|网商贷|网商银行|微信分付|(?<!部)分付(?!款|清|完|期)"
    "|备用金|度小满|有钱花|安逸花|任性付|拿去花|唯品花|分期乐|乐花卡|招联|好期贷|360借条|借条|拍拍贷|随星借"
    "|羊小咩|平安普惠|捷信|(?:中邮|中银|海尔|蚂蚁|平安|小米|兴业|杭银|湖北|北银|哈银|中原|金美信)消费|马上(?:金融|消费)|(?<![拿用])来分期|桔多多|宜享花|省呗|还呗|你我贷|洋钱罐|小赢|信用飞|信而富"
    "|微博借钱|美团借钱|美团生活费|美团买单|生活费买单|百信|快贷|余利宝|相互宝|先用后付|信用购|极速贷|京东快银"
    "|橙分期|华为分期|唯品金融|助学贷款|乐信|小象优品|还享花|借去花|及贷|榕树|国美易卡|58好借|融e借|[ei]贷(?!款)"
    "|(?<!买)(?<!黄)金条(?!(?:能|可|支)[^还关提]{0,2}[用买分付持])|陆金所|玖富|豆豆钱|人人贷|恒易贷|时光分期"
    "|(?:vivo|oppo)分期|信用卡的?(?:还款日|账单日|年费|激活)|(?:华为|小米|荣耀|oppo|vivo)钱包"
    "|(?:宜人|众安|新一|生意|网捷|民生易|随心|好人|万达|惠民|精英)贷(?!款)"
    "|提钱花|好会花|宁来花|全民花|借趣花|小花钱包|万用金|圆梦金|贷上钱|省心借|宜口袋|现金巴士|简单借款"
    "|趣店|挖财|飞贷|钱站|闪银|爱又米|用钱宝|和包贷|卡卡贷|途牛首付|顺手付|顺丰金融|奇富|恒小花|极融"
    "|(?:大麦|即有|桔子|天猫|橡树)分期|(?:^|(?<=[的把在是叫]))(?:好|趣|优|即|沃|翼)分期"
    "|信飞(?!猪)|拉卡拉|美易分|(?:锦程|盛银|晋商|中信|幸福|长银|尚诚|阳光|苏银|建信|宁银|招联|苏宁|捷信|蒙商|唯品)消费"
)

# Whatever is lent there is not ours: 小米贷款, 京东的额度. What is bought there may be: 在京东的分期.
_ELSEWHERE = (
    "(?:小米|华为|荣耀|oppo|vivo|苹果|三星|快手|小红书|微博|百度|京东|淘宝|天猫|拼多多|美团|饿了么|滴滴|哈[啰罗]"
    "|高德|携程|去哪儿?|飞猪|同程|途牛|唯品会?|苏宁|国美|得物|转转|网易|爱奇艺|腾讯|微信|qq|支付宝|蚂蚁|顺丰|平安|众安)"
)
# No name of a lender ends so before 金融: 征信上有一笔消费金融. Before 贷: 房贷, 对贷…, 能贷….
_NO_LENDER = "(?<!网络)(?<!联网)(?<!抖音)(?<!字节)(?<!你们)(?<!消费)(?<!什么)(?<![我的种是搞要笔找])"
_NO_LOAN = "(?!.{0,2}[网房车放办背想有能是算小当家无不影响对拿校借信消高以跟拒行学])"
_NO_PLACE = "(?!抖音|商城|直播|手机|这|你|那|哪|里面|外面)"
_LENT_ELSEWHERE = re.compile(
    f"(?<![在用]){_ELSEWHERE}(?:里|上)?的?(?:金融|借钱|借款|贷款?|小贷|白[条卡]|欠款|账单|额度)"
    f"|[\u4e00-\u9fff]{{2}}{_NO_LENDER}金融"
    f"|(?:^|(?<=[ 的把在从个关销消通叫])){_NO_LOAN}[\u4e00-\u9fff]{{2,3}}贷(?!款)"
    "|(?:[个名款家]|软件|app|平台)叫[^ ]{2,8}(?:贷|借|金融|钱包|分期|额度)"
    "|(?:贷款|借款|网贷)(?:软件|平台|app)?叫|平台是(?![什哪谁不干正安你抖])"
    f"|(?<!现)(?:在|从|通过)(?:{_NO_PLACE}[^ 的]){{2,6}}(?<!朋友)(?<!别人)"
    "(?:上|里|那里|那边|那|平台|app)?面?(?:[借贷](?:了|过|的|到|出|款|钱)|欠[了的着])"
)

# Also ways to pay, or what a customer closes 月付 for: 信用卡, 余额宝 or 房贷 counts only where it is itself
# closed, frozen, applied for or paid off. 用信用卡还清 pays with it.
_BANK = (
    "(?:(?:招商|招行|广发|浦发|交行|交通|中信|民生|平安|光大|兴业|工行|建行|农行|中行|邮储|华夏|工商|建设|农业)(?:银行)?"
    "|(?:北京|上海|江苏|南京|宁波|微众|农商|邮政)银行|农商行|信用社)"
)
_MEANS = (
    f"(?:(?<![用拿刷])(?<![用拿刷]..)(?<![用拿刷]....)(?:{_BANK})?信用卡|(?<![用拿刷绑从])(?<!绑的){_BANK}的?卡|余额宝|零钱通|银行卡|借记卡|储蓄卡|微信零钱|支付宝|房贷|按揭|车贷"
    f"|(?:装修|信用|经营|抵押|小额|现金|教育|公积金|{_BANK}|银行)的?.{{0,4}}贷款?|{_BANK}的?账单|芝麻分|芝麻信用)"
)
_FATE = (
    "(?:关闭|关掉|关了|注销|销户|冻结|解冻|挂失|提额|逾期|提前还|结清"
    "|还清|还掉|还完|还不上|推迟|延期|收益|被盗)"
)
_BETWEEN = "(?:的|被|丢了|怎么|如何|咋|为什么|想|要|能|可以|不|月供|分期|提前|一次性?|全部?| )*"
_MEANS_ITSELF = re.compile(f"{_FATE}(?:我的|我|一张|掉| )?{_MEANS}|{_MEANS}{_BETWEEN}{_FATE}")

# Nothing is owed with these: they are only ever switched off.
_SERVICE = "(?:抖音支付|抖音钱包|云闪付|银联闪付|翼支付|自动续费|连续包月)"
_OFF = "(?:关闭|关掉|关了|关|注销|取消|停用)"
_SWITCHED_OFF = re.compile(
    f"{_OFF}(?:我的|我|一下)?{_SERVICE}|{_SERVICE}(?:功能|会员)?(?:给我)?{_BETWEEN}{_OFF}"
    "|支付宝[里上]?(?:怎么|咋|如何)?(?:关闭|关掉|关了|取消|注销)"
    "|(?:芝麻信用|零钱通|小红卡)(?:不[用想]了?|用了?|我|想|可以|能|怎么|咋|给|把|的| )*(?:关|退|注销|取消)"
)

# The app's account, not 月付: neither is named in 注销抖音号, and 抖音账号的月付 is ours.
_ACCOUNT = "抖音的?(?:账号|账户|号|火山版?|极速版|app|软件)(?![的里上])"
_ACCOUNT_ENDS = "(?:注销|销户|销号|删除|删掉|删了|停用|关闭|关掉|关了)"
_ACCOUNT_CLOSED = re.compile(
    f"^(?!.*(?:月付|分期|贷|额度|账单|欠[款钱]|还[款钱]))"
    f".*(?:{_ACCOUNT_ENDS}(?:我的?|一下|[这那整]个|掉| )*{_ACCOUNT}"
    f"|{_ACCOUNT}(?:不?[想要用玩]|我|怎么|如何|可以|能|给我|帮我|直接|永久|彻底|申请|了|吗| )*"
    f"{_ACCOUNT_ENDS})"
)

# Of the app itself, of its purse and its shops for those who sell, of what is subscribed to elsewhere.
_APP_MATTERS = (
    "抖店(?!.{0,6}(?:分期|用))|精选联盟|充(?:值|的)?抖币|抖币(?:怎么充|充错|.{0,3}退)"
    "|^(?!.*(?:欠|账单|还[款钱吗]|怎么还|能还)).*抖音(?:账?号)?(?:被封|怎么改名|改名字|月卡|登不上|[登上]不[上去])"
    "|抖音(?:钱包|支付)(?:余额|的|里面?的?)*(?:密码|绑卡|实名|首绑|零钱怎么提|[和跟]微信支付)"
    "|^(?!.*(?:账单|我买)).*(?:腾讯|爱奇艺|优酷|芒果|百度网盘|网易云|音乐|小说|剪映|迅雷|知乎|b站)(?:视频)?的?(?:会员|vip)"
    "|宽带(?!费).{0,3}(?:到期|续|报修)|合约机.{0,6}(?:解约|返)|靓号|流量用超|社保断[交缴]|医保卡余额"
)
# Insurance, a purse, road tolls: what is asked of themselves, not what is bought or paid with them.
_OTHER_MATTERS = re.compile(
    f"{_APP_MATTERS}|"
    "(?<!买)(?:车险|医疗险|重疾险|意外险|寿险)(?!.{0,3}(?:能用|可以用|支持|能付))|退保|保单"
    "|零钱(?:怎么|为什么|为啥)提现|零钱提现(?:一直|不|失败|到账)|etc(?!.{0,4}(?:能|可以|支持|绑))"
    "|信用卡.{0,6}(?:停卡|刷不|最低还|临时额度|年费|积分)|余额宝的?钱.{0,4}[转提]不"
    "|(?:房贷|车贷|按揭).{0,6}(?:绿本|还剩.{1,3}期)|(?:房贷|车贷|按揭|公积金贷款?).{0,4}(?:还款日|晚还|晚了|月供|违约金|绿本|额度怎|利率|自动扣)"
    "|^(?:微信)?支付分.{0,3}(?:怎么|关|扣|突然|冻)|大额存单|(?:定期|银行的?)存款|微医保|水滴保(?!险)|^花吧(?=怎么|额|逾|还不|关)"
    f"|^(?:我的?|那个|那张|你好|请问|[,， ])*{_BANK}的?信用卡(?!.{{0,3}}(?:能|可以|行|支持|扣|绑|换成))"
    f"|^{_ELSEWHERE}(?:[那这]个|上面[那这]个|.{{0,2}})分期(?![付购]|买得|能买)"
    f"|{_BANK}的?卡的?(?:账单日|临时额度|年费|积分|显示非柜面)"
    "|(?:亿联|裕民|新网|富民|苏商|泰隆|中原|徽商|蓝海|锡商|百信|众邦|华通)银行(?!的?卡)"
    f"|(?:{_BANK}|农商行)(?:的)?[\u4e00-\u9fff]{{1,4}}贷(?!款)"
)

# Money for our bill may come from one of them: 能用白条还吗, 自动扣能扣花呗的吗.
_PAYS_OURS = re.compile(
    f"(?:[用拿刷从扣])(?:我的?)?(?:{_NAMED.pattern})(?:里|的|钱|来)*(?:[还扣代]|(?<=的)$)"
)

# What is ours is held against one of them: 比花呗高吗, 花呗都给我一万 你们才五百.
_COMPARED = re.compile(
    f"(?:[跟和像比]|不如)(?:{_NAMED.pattern})(?:一样|那样|比|[高低多少贵好])"
    f"|(?:{_NAMED.pattern})+都(?=.*(?:你们|这个|这里))"
)

# Money back for what was ordered elsewhere, or of what the app sells itself: 淘宝退款到哪了, DOU+的退款.
# What is asked of our bill or limit is ours, and so is what was paid with ours, which is then named.
_ORDERS = (
    "(?:(?<![在用去从到回])(?:淘宝|淘特|天猫|京东|拼多多|美团|饿了么|口碑|闲鱼|咸鱼|得物|转转|唯品会?|苏宁|当当|1688|小红书|快手"
    "|考拉|网易严选|携程|去哪儿?|飞猪|同程|途牛|12306|滴滴|高德|哈[啰罗]|盒马|山姆|叮咚|朴朴|瑞幸|优酷|爱奇艺|微店)"
    "|dou ?加|dou(?= .{0,4}退)|抖加|千川|抖币|打赏|[刷送]的?礼物|直播间?充值)"
)
_REFUNDED_ELSEWHERE = re.compile(
    f"^(?!.*(?:账单|额度|分期|欠|还[款清]|抵|商城)).*{_ORDERS}[^退]{{0,8}}退(?:款|货|钱|票|单|费|掉?了|回|给)"
)

_OTHERS = (
    _OTHER_MONTHLY_PAY,
    _NAMED,
    _LENT_ELSEWHERE,
    _MEANS_ITSELF,
    _SWITCHED_OFF,
    _ACCOUNT_CLOSED,
    _OTHER_MATTERS,
    _REFUNDED_ELSEWHERE,
)

_OURS = "月付"
_NOT_OURS = re.compile("(?:(?<!是)不是|没说)月付")
BESIDE = "&"  # no character of a normalised text


def names_our_product(text: str) -> bool:
    """Whether 月付 itself is named, not only another company's 月付."""
    return _OURS in _NOT_OURS.sub("", _OTHER_MONTHLY_PAY.sub("", text))


def names_other_product(text: str) -> bool:
    """Whether a product of another kind or another company is named."""
    return any(pattern.search(text) for pattern in _OTHERS)


def is_about_other_product(text: str) -> bool:
    """Whether another product is the matter: it is named, 月付 is not, and it is more than a way to pay or
    what 月付 is compared with."""
    beside_ours = _COMPARED.sub("", _PAYS_OURS.sub("", text))
    return names_other_product(beside_ours) and not names_our_product(text)


def is_refund_elsewhere(text: str) -> bool:
    """Whether money back is asked for that 月付 has nothing to do with."""
    return _REFUNDED_ELSEWHERE.search(text) is not None and not names_our_product(text)


def with_others_alike(text: str) -> str:
    """The text with one sign for each product named beside 月付.

    What is asked of 月付 does not depend on which other product comes up, and sentences about that one alone
    are all out of scope: its name would drag a question about 月付 there.
    """
    if not names_our_product(text):
        return text
    return _NAMED.sub(BESIDE, _OTHER_MONTHLY_PAY.sub(BESIDE, text))
