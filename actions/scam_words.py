"""The words for each sign of a pretended customer service, in Chinese, English and pinyin."""

from __future__ import annotations

_KIN = "(?:老公|老婆|妈|爸|爷爷|奶奶|朋友|同事|同学|室友|儿子|女儿|孩子|家里?人|对象|男友|女友|媳妇|弟|哥|姐)"
_ME = "(?:我们?|你们?|俺|咱|我?[妈爸爷奶]{1,2}|[他她]|老人|人家)"
THEM = "(?:[他她]们?|对方|骗子|客服|人家|那个?(?:人|客服|男的|女的)|陌生人|打电话的)"
_CODE = "(?:验证码|校验码|动态码|安全码|yzm)"
MANY = "[0-9一二两三四五六七八九十几]"
# What a message has brought, by whatever name: 短信里那6个数, 屏幕上跳出来那几位, 一串数字.
_DIGITS = (
    f"(?:短信|信息|手机|屏幕|弹出|跳出|收到|刚来)[^ ]{{0,6}}(?:{MANY}+(?:位|[个位串组](?:数字?|号码|码))"
    "|数字|[的串]数(?![额据目量]))|短信[^ ]{0,4}号码"
    "|(?:短信|弹出|跳出|收到|刚来)[^ ]{0,5}码(?<!号码)(?<!维码)|(?<=念)数字"
    "|[串组]数字?|(?:数字|个数|位数)(?=[^ ]{0,3}(?:告诉|发|报|念|读|说(?:给|出)))"
)
SECRET = (
    f"(?:{_CODE}|[六6]位数|{_DIGITS}|收到的[^ ]{{0,3}}(?:码|数字|短信|信息)"
    "|码(?=告诉|发|报|念)|卡号|密码|卡密|身份证|付款码|支付码|口令|u盾|银行卡(?:正|反|照片|信息|余额))"
)
_OPENED = "(?:点|打开|扫|进)了?(?:开|进)?了?"
_THEIRS = f"(?:那个?|那条|短信里?|陌生|{THEM}|发来)的?[^ ]{{0,4}}(?:链接|网址|二维码|码)"
_THEIR_LINK = f"(?:{_OPENED}{_THEIRS}|{_THEIRS}[^ ]{{0,3}}{_OPENED})"
_SHUT = "(?:关(?!于|系|注|联)|注销|取消|解除|停用|清零|清空|清理)"

# One letter each, what is found first counts. English words stand by themselves, pinyin may be run together.
SIGNS: dict[str, tuple[str, str, str]] = {
    # t: a secret was entered for them, or behind a link of theirs
    "t": (
        f"(?:填|输|写)(?:了|过|好|进去)[^ ]{{0,4}}(?:{SECRET}|银行卡)[^ ]{{0,8}}给{THEM}"
        f"|{_THEIR_LINK}[^ ]{{0,8}} ?[^ ]{{0,6}}(?:填|输|写)(?:了|过|好|进去)[^ ]{{0,4}}(?:{SECRET}|银行卡)",
        "(?:filled in|entered|typed) my (?:password|pin|card) for (?:him|her|them)",
        "tian ?le ?mi ?ma ?gei ?ta",
    ),
    # x: the customer's own business, which uses the words of the others
    "x": (
        f"{SECRET}[^ ]{{0,6}}(?:收不到|没收到|没有收到|没来|忘|错|锁|过期|无效)"
        f"|(?:收不到|没收到|没有收到|不发)[^ ]{{0,4}}(?:{_CODE}|{_DIGITS})"
        "|(?:账单|额度)[^ ]{0,3}数字|(?:飞机|航班|空姐|乘务|登机)[^ ]{0,14}(?:飞行模式|关机)"
        "|(?<![让叫]我)(?<!要求)转账?来?还|转[^ ]{0,8}(?:零钱|余额|卡)[里上]?[^ ]{0,3}(?<!归)还"
        f"|(?:输入?|填写?|绑定?|换绑?|改|设置?|重置|忘|上传|实名)[^ ]{{0,5}}(?:{SECRET}|银行卡)"
        f"|(?<![催求劝骗教让叫])我(?:想|要|可以)*[让叫请](?:我?{_KIN}|客服|人工|你们?|[他她])"
        "|(?:^|[您你]好)客服(?= |[您你]好|请问|在吗|帮|给我)|打[^ ]{0,4}(?:客服|官方|人工|银监会"
        "|热线)[^ ]{0,4}电话|打电话给(?:客服|你们|官方)|(?:你们?|月付|抖音)[^ ]{0,6}骗子"
        "|(?<!给)我(?:刚才?|想|要|去|能|都|也|昨天|今天|已经|一直|就|再)*(?:给(?:你们|客服"
        "|官方)的?)?打[^ ]{0,4}电话"
        f"|{_KIN}[让叫要催喊]{_ME}?|腾讯视频|视频会员|会议室|共享(?:单车|充电宝|汽车|电动车)"
        "|下载?[^ ]{0,4}(?:账单|证明|合同|凭证|抖音)|转人工|订单(?:号|链接)|商品链接"
        "|链接[^ ]{0,3}(?:打不开|失效|过期|进不去)",
        "customer service (?:phone|number)",
        "shou ?bu ?dao|ke ?fu ?dian ?hua",
    ),
    # J: nobody is to reach the phone any more, or somebody else is to have it in hand
    "J": (
        "飞行模式|开飞行|无障碍|辅助(?:功能|模式)|呼叫转移|来电转[移接]|转移到(?=[^ ]{0,4}号)|拨 ?21|短信转发"
        "|免打扰|静音|反扣|朝下|关机(?!重|再开)|(?:拔|抠|取)[^ ]{0,5}卡|卡[^ ]{0,6}(?:拔|抠|取出)"
        "|没人的?(?:房间|地方)|(?:卸载?|关掉?|关闭|删除?|拉黑|屏蔽)[^ ]{0,6}(?:反诈|96110)"
        "|(?:反诈|96110)[^ ]{0,8}(?:卸|关|删|拉黑|屏蔽)"
        "|(?:来电|电话)[^ ]{0,2}(?:都|全)?(?:[别不]要?接|拒|挂)"
        "|(?:别|不要|不准|不许|不能)接[^ ]{0,4}(?:来电|电话)",
        "(?:air|aero)?plane mode|flight mode|call forwarding|not to answer",
        "fei ?xing ?mo ?shi|hu ?jiao ?zhuan ?yi",
    ),
    # I: a false name, given by who calls
    "I": (
        "(?:自称|冒充|假冒|假扮|假装)[^ ]{0,6}(?:客服|官方|抖音|平台|月付|你们|银监|银保监|监管|工作人员"
        "|专员|金融|风控|银行)"
        "|(?:银监|银保监|监管局|监管部门)[^ ]{0,6}(?:给我|跟我|打|来|说|让|要求?我|叫|联系)(?![^ ]{0,8}投诉)"
        "|说(?:[他她]们?|自己)是[^ ]{0,4}(?:客服|官方|抖音|平台|月付|银监|银保监|监管|警察|公安|银行)"
        "|说我[^ ]{0,12}(?:国家政策|校园贷|学生贷|学生账户)",
        "claim(?:ing|s|ed)? to be|pretend(?:ing|s|ed)?",
        "zi ?cheng|mao ?chong",
    ),
    # C: somebody who came by a call or a message
    "C": (
        r"自称|骗子(?!公司|平台|软件|app|机构|产品|[吧吗啊])|陌生(?!消费|扣款|的)|来电(?!显示|提醒)|境外"
        r"|(?<!\d)(?:00|\+)\d{0,4}(?:开头|打头|的|号|打)"
        "|(?:接|收)(?:到|了|过|个)+[^ ]{0,8}(?:电话|语音(?!验证码))|打(?:了|过|来|个|一)*(?:电话|语音)"
        "|打给我|打(?:过来|来)|电话(?:[里中那说]|打|通知|告诉|(?=[让叫要]))|来了?[个通]电话|语音(?:通话|里)"
        "|打我(?:手机|电话|微信)|电话(?:还|一直)?[通没][着挂]"
        f"|打给(?:我|{_KIN})|加(?:了)?我|联系我|(?:短信|私信|信息)(?=说|让|叫|要)"
        f"|对方(?=[说报让叫要发打给催])",
        "call(?:s|ed|er|ing)?(?! me$)|phoned?|on the phone|phone call|texted|stranger|scammers?",
        "(?:da ?)?dian ?hua(?! ?(?:duo|hao))|lai ?dian|mo ?sheng|pian ?zi|jie ?dao ?dian ?hua",
    ),
    # P: somebody, who may also be a shop, a friend or our own staff
    "P": (
        "对方|对面(?=[^ ]{0,3}[说问让叫要催])|客服|专员|工作人员|官方|平台|经理|业务员|警察|人家"
        "|那[边头]|有人(?!在|吗|能|会|知|用|可以|帮|处|没)"
        "|[那有这](?:一?[个位])(?:男|女)?[人的]|群里|[有那]个?老师(?=说)|一个[男女]的|那人|[他她]们?(?!的|家|店)",
        "they|someone|somebody|he|she|guy|man|woman|agent|support|customer service",
        "ke ?fu|you ?ren|dui ?fang|ta ?men|guan ?fang|ta ?(?=rang|jiao|yao|shuo)",
    ),
    # H: led by the hand, or told to keep quiet
    "H": (
        "(?:按照?|照着?|听)[^ ]{0,2}(?:[他她]|对方|那个?人|电话里)的?(?:说的?|要求|指示|指挥)[^ ]{0,6}(?:点"
        "|操作|做|转|关|弄|存|打|往|开|拔|充|汇)"
        "|(?:听[了信]?|按照?)[^ ]{0,3}(?:电话|人家|别人|陌生人)[^ ]{0,8}(?:转(?!人)|汇|打款|存)"
        "|(?:按照?|听)[^ ]{0,3}客服[^ ]{0,3}(?:把[^ ]{0,6})?(?:转(?!人)|打到|汇)"
        "|[让叫教要催]我(?:说|讲|回答|答)[^ ]{0,4}(?:不是(?:别人|他人)|没有?人|没被|不是[^ ]?骗"
        "|是我?(?:本人|自己)|自愿)"
        "|(?:别|不要|不让|不准|不许)我?挂(?!失)|(?:不要|别|不能|不让)我?告诉[家别]"
        "|(?<!我)说[^ ]{0,8}(?:别|不要|不能|不准)[^ ]{0,4}[接挂][^ ]{0,4}电话",
        "step by step with (?:him|her|them)",
        "bie ?gua",
    ),
    # D: money has gone to them
    "D": (
        f"(?:给|向)(?:[那一]个?人|对方|陌生人|(?:[那一]个)?(?:客服|专员|经理|骗子))[^ ]{{0,4}}"
        "(?:转|打(?![^ ]{0,4}电话)|汇)[了过]"
        "|(?:转|汇|打|存|付)(?:账|钱|款|过去)?了?给了?(?:[那一这]个)?(?:骗子|陌生人)"
        f"|(?:转|打|汇|付)[了完](?:钱|款|{MANY}+[千百万块元]*)给"
        "(?:[那一]个)?(?:客服|专员|经理|骗子|帮[^ ]{1,8}的人)"
        f"|(?:转|打|汇|存)(?:到|进)[^ ]{{0,2}}(?:{THEM}|指定)[^ ]{{0,6}}了"
        "|(?:转|打|汇)给(?:了)?[^ ]{0,6}(?:客服|骗子|那个?人|陌生人|那个账[户号])了",
        "(?:transferred|sent|wired|paid)(?: the| my)? ?(?:money|\\d+)? ?(?:to )?"
        "(?:him|her|them|a stranger|(?:the |a )?(?:caller|agent|customer service))",
        "zhuan ?gei ?(?:pian ?zi|ta) ?le",
    ),
    # T: told or given to them
    "T": (
        f"(?:发|给|告诉|报|念|说(?=给))(?:给|了|过)*{THEM}(?:了|过)?(?!看)",
        "to (?:him|her|them)|(?:gave|told|sent|give|tell|send|read) (?:him|her|them)",
        "(?:gei|gao ?su) ?ta",
    ),
    # G: to read out
    "G": (
        "报(?!我)|念|告诉(?!我)|提供|说出|说(?=一?下)|读(?!取)|发(?:到|过去|出去)",
        "read",
        "nian ?(?:gei|(?=duan ?xin|shu|ma))|bao ?gei",
    ),
    # A: asks it of the customer or of the family
    "A": (
        "(?:让|叫|喊|逼|催|教|指导|引导|诱导|指挥|命令|威胁|要挟|带着|要求?|劝|骗|非要|非让|非得让)(?:着|了)?"
        f"{_ME}|(?<=[方服员人他她])要求|问[我她他](?=[^ ]{{0,6}}{SECRET})"
        "|(?<!不)[让叫](?=把|先|去|下载|转[账钱到]|打钱|加[微q]"
        f"|开[会共视屏]|提供|共享|扫码)|(?:问|跟|管|向)我要|非?要(?=[报念])|要(?=[^ ]{{0,3}}{SECRET})"
        f"|(?:给|发)我发?(?=了?个?(?:链接|会议))",
        "(?:ask|want|tell|need|say|make|force|require|request)(?:s|ed|ing)?|told|said|made",
        "(?:rang|jiao|yao|cui) ?(?:wo|ta)|xu ?yao ?xian|bang ?wo",
    ),
    # W: money first
    "W": (
        "先[^ ]{0,2}(?:[交充存转汇垫]|(?<!月)付(?!清)|打(?!电话|客服|开))",
        "pay (?:him|her|them|first)",
        "xian ?(?:zhuan|jiao|fu|cun)",
    ),
    # E: says that it takes this
    "E": (
        "说是?(?:我|能|可以)?(?:需?要|得|必须|让|叫|帮)|(?:还|必须|需要|要|得)(?=先)"
        "|说(?=先|再|转(?!人)|汇|充|存)|必须",
        "need to|have to|has to|must",
        "yao ?xian",
    ),
    # F: what only a fraudster speaks of
    "F": (
        "(?:安全|监管|指定|公安|国库|清算|专用|中转|中间|[他她方们](?:给|说)的?)[^ ]{0,4}(?:账户|账号|卡)"
        "|公安账户|[转打汇存付]?[到给进][^ ]{0,4}(?:公司|个人|私人)[^ ]{0,2}(?:账户|账号|卡)"
        "|[扫点]了?(?:[他她]|对方|人家)发?来?的?[^ ]{0,3}(?:码|链接)"
        "|(?:再|继续)(?:转(?:账|钱|[0-9]|$)|汇|打钱|打款)"
        "|(?<!退)(?<!退款)[到给进][他她]们?的?(?:账户|账号|卡)|(?:提额|解冻|解锁).{0,6}收了?我?\\d+"
        "|[给说]的[^ ]{0,2}(?:账户|账号|卡)|发来?[^ ]{0,4}(?:app|软件|安装包)|对公[^ ]{0,2}账"
        "|[刷走做验充][^ ]{0,4}流水|流水认证|走[个一完]?[遍下]?账|验资"
        "|(?:保证|解冻|认证|验证)[金费]|资金[^ ]{0,2}(?:核查|清查|验证|归集|认证|保护|证明)"
        "|验证[^ ]{0,2}资金|(?:消除"
        "|修复)[^ ]{0,4}征信|征信修复|共享[^ ]{0,2}屏|屏幕?共享|投屏|远程(?=控制|操作|协助|软件)",
        "safe account|shar(?:e|ing) (?:my |your |the |a )?screen|screen shar(?:e|ing)|anydesk|teamviewer",
        "an ?quan ?zhang ?hu|shua ?liu ?shui|bao ?zheng ?jin|gong ?xiang ?ping|yuan ?cheng",
    ),
    # S: a way to see or steer the phone
    "S": (
        "共享|网银|摄像头|屏幕(?!截图)|(?:打开|登录?|操作)手机银行|(?:分享|录|开)屏|远程|(?:控制|操作"
        "|看)我?的?手机|会议|钉钉|飞书"
        f"|zoom|向日葵|todesk|teamviewer|anydesk|(?:qq|微信|开|打|加)视频|视频(?=操作|通话|指导|教|里"
        f"|[看着 ])|视频$"
        f"|跟[他她]语音|语音(?=操作|指导)|给{THEM}[^ ]{{0,2}}看",
        "remote|meeting|zoom",
        "hui ?yi|shi ?pin|ping ?mu",
    ),
    # p: to press what confirms
    "p": ("[点按](?!卡)[^ ]{0,4}(?:确认|确定|按钮)", "press|click", "dian ?que ?ren"),
    # f: somebody offers to do it for money
    "f": (
        f"代(?:办|关|注销|解冻|销)[^ ]{{0,10}}(?:[收要付交]费?)[^ ]{{0,4}}{MANY}+"
        f"|(?:给我?{MANY}+[块元百]?[^ ]{{0,4}}就(?:能|可以)|[交给收付]{MANY}+[块元百]?[^ ]{{0,4}}帮你)"
        "[^ ]{0,5}(?:关|注销|解冻|清零|提额)",
        "pay (?:him|her|them) \\d+ to (?:close|unlock)",
        "dai ?ban ?(?:shou ?fei|yao ?qian)",
    ),
    # O: a way out of this chat
    "O": (
        "下载(?=[个了一他她]|软件|app|应用|会议|腾讯|钉钉|qq)|下[个了一]{0,2}(?=软件|app|应用|会议)"
        "|装(?:一?个|了|上)"
        "|链接|网址|二维码|扫(?:[一个]|[^ ]{0,5}码)|加[^ ]{0,6}(?:微信|qq|好友|群)",
        "download|install|link|whatsapp|wechat|qq",
        "xia ?zai|lian ?jie|jia ?wo",
    ),
    # K: a secret
    "K": (
        SECRET,
        "codes?|otp|(?:six|four|[46])[- ]digits?|digits|passwords?|pin|card numbers?|bank details",
        "yan ?zheng ?ma|mi ?ma|ka ?hao|duan ?xin ?(?:li|shang)? ?(?:de)? ?\\d? ?(?:ge|wei)? ?shu ?zi",
    ),
    # N: a text message
    "N": ("(?:短信|彩信)(?!验证码|提醒)", "sms|text(?: message)?", "duan ?xin"),
    # M: money
    "M": (
        f"转(?:账|钱|款|到|给|去|了|走|进|完|一笔|(?=[过出])|{MANY})|打(?:款|钱|到(?![^ ]{{0,6}}(?:电话|热线"
        f"|客服)))|(?<=[钱款块元千万百])打(?=过)|汇(?:款|到|钱|了|(?=[过出])|{MANY})|存(?:到|进|入|钱|{MANY})"
        f"|(?<!话费)充(?:值|了?{MANY})|押金|[套提借贷][^ ]{{0,3}}(?:现|出来|出去)|借钱|挪到|划[到转]"
        f"|提到[^ ]{{0,3}}卡|垫[付钱]|(?:购物|礼品|点)卡|点数"
        f"|[打付交汇]了?{MANY}+(?:千|百|万|块|元)|[付交打]了[0-9]{{3,}}",
        "transfer(?:red)?|send (?:money|\\d+)|sent|wired?|deposit|money",
        "zhuan ?(?:zhang|qian|kuan|dao|\\w*?(?:qian|bai|wan) ?(?:kuai)?)|da ?(?:kuan|qian)|hui ?kuan"
        "|cun ?qian",
    ),
    # X: away, of money
    "X": ("(?:过去|出去)(?!的)", "away", "guo ?qu"),
    # U: what is said to happen unless it is closed
    "U": (
        f"(?:不|没|没有|未){_SHUT}[^ ]{{0,6}}[^ ]{{0,8}}(?:扣|费|征信|影响|罚|黑|收)|年费|罚款|坐牢|涉嫌"
        f"|洗钱|清退|(?:学生|校园)[^ ]{{0,2}}(?:贷|账户)|国家政策|政策(?:要求|规定)"
        "|百万(?:保障|医疗|保险)|(?:会员|服务|直播)[^ ]{0,12}(?:扣|注销|解除)"
        f"|(?:今天|今日|马上|立刻|必须|赶紧)[^ ]{{0,4}}{_SHUT}"
        f"|不(?:配合|处理|{_SHUT})[^ ]{{0,8}}(?:冻结|起诉|上门|封)",
        "annual fee|credit record",
        "nian ?fei|zheng ?xin",
    ),
    # B: cheated
    "B": ("骗|忽悠|上当|中招", "cheated|scam(?:med)?|fraud", "bei ?pian|pian ?wo"),
    # L: to close
    "L": (f"(?<!我[要想]){_SHUT}|处理(?=月付)", "clos(?:e|ed|ing)|cancel", "guan ?(?:bi|diao|yue)|zhu ?xiao"),
    # a: to have it back, or more of it
    "a": ("解锁|解冻|提额|恢复(?:额度|使用)", "unlock|unfreeze", "jie ?(?:suo|dong)"),
    # g: and then nobody is there any more
    "g": (
        "联系不上|找不到人|失联|不理我|不回[我了]|拉黑了?我|[把被]我?拉黑|没了[0-9]"
        "|(?:钱|存款|零钱|余额)[^ ]{0,5}(?:没了|不见了|空了|[转划刷扣]走)",
        "blocked me|gone",
        "bu ?li ?wo",
    ),
    # Y: whether it is true
    "Y": ("真的?[吗么假]|真的是|是真是假|靠谱|可信", "is it (?:real|true|a scam)|legit", "zhen ?de ?ma"),
    # V: what is said of the account
    "V": ("说(?=[^ ]{0,3}月付(?!已))", "saying my", "shuo ?wo"),
    # Z: so it was said
    "Z": ("[这那]么说|这样说|说的", "so (?:he|she|they) (?:say|said)", "zhe ?me ?shuo"),
    # R: the money comes back
    "R": ("会退|退[我给回]|返还|原路", "refund(?:ed)?", "tui ?gei"),
    # Q: only then it can be closed
    "Q": ("才[能可给]|不然|否则|关不[了掉]", "otherwise|or else", "cai ?neng|guan ?bu ?(?:liao|diao)"),
}
