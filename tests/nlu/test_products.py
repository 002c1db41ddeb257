"""Which products a message names."""

from __future__ import annotations

import pytest

from nlu.products import (
    is_about_other_product,
    is_refund_elsewhere,
    names_other_product,
    names_our_product,
    with_others_alike,
)
from nlu.text import normalise


@pytest.mark.parametrize(
    "text",
    [
        "关闭放心借",
        "花呗怎么还",
        "花贝怎么关",
        "借呗额度没了",
        "京东白条用不了",
        "美团月付怎么关",
        "美团的月付怎么还清",
        "携程月付用不了",
        "微粒贷提前还款",
        "微信分付怎么还",
        "注销信用卡",
        "信用卡怎么注销",
        "我的信用卡被冻结了",
        "余额宝收益",
        "拼多多先用后付怎么关",
        "房贷怎么一次性还掉",
        "招商信用卡分期想提前结清",
        "车贷能延期吗",
        "按揭可以提前还吗",
        "来分期怎么还",
        "金条利息多少",
        "浦发卡怎么注销",
        "宜人贷逾期了",
        "融e借怎么提前还",
        "中邮消费金融怎么还款",
        "华为钱包借的钱怎么还",
        "陆金所提前结清",
        "信用卡的账单日怎么改",
        "小米贷款怎么注销",
        "京东的额度没了",
        "恒生金融逾期了",
        "有个叫白鹭的贷款软件",
        "在顺风车app上借的钱怎么还",
        "白鹭贷怎么提前还",
        "建行的装修贷怎么提前还",
        "储蓄卡被冻结了",
        "信飞怎么还款",
        "花被额度没了",
        "金条能一次性还吗",
        "车险到期了怎么退",
        "etc欠费了",
        "零钱提现一直不到账",
        "房贷的还款日能改吗",
        "浦发信用卡临时额度到期了",
        "携程那个月付帮我关掉",
        "放心戒怎么销户",
        "请问工行的信用卡年费多少",
        "苏宁上面那个分期怎么退",
        "光大的卡账单日是几号",
        "支付宝里怎么关闭免密",
        "零钱通不想用了怎么关",
        "抖店的佣金怎么算",
        "抖币充错了账号",
        "抖音号被封了咋办",
        "抖音支付绑卡老是失败",
        "优酷会员退了",
        "车贷还剩六期想结了",
    ],
)
def test_other_products(text: str) -> None:
    text = normalise(text)
    assert names_other_product(text)
    assert not names_our_product(text)


@pytest.mark.parametrize(
    "text",
    [
        "怎么关闭",
        "可以用余额宝还款吗",
        "用信用卡还可以吗",
        "还款扣的是哪张银行卡",
        "可以部分付款吗",
        "分期怎么还",
        "放心用吗",
        "我要买房",
        "先买后付是什么",
        "用信用卡还清行吗",
        "办房贷之前把它关了",
        "这笔能拿来分期吗",
        "你们是小贷公司吗",
        "征信上有一笔消费金融是怎么来的",
        "微众银行能还吗",
        "能用工行卡还完吗",
        "用招行信用卡还清",
        "我绑的建行卡被冻结了怎么还款",
        "能买金条吗",
        "黄金金条能不能分期",
        "用招商卡还款",
        "信用卡还款行不行",
        "影响买房贷款吗",
        "在京东买的分期怎么还",
        "绑的银行卡丢了换号了",
        "征信上有消费贷的记录",
        "我现在欠款多少",
        "找朋友借了钱来还行吗",
        "有人叫我注销学生贷",
        "买车险送的券怎么用",
        "etc能绑这个扣吗",
        "金条可以用它买吗",
        "信用卡能还吗",
        "办房贷要不要先关",
        "抖店能用吗",
        "账单里的抖币是谁充的",
        "抖音号被封了欠的还要还吗",
        "账单里那个爱奇艺会员是啥时候的",
        "宽带费能交吗",
        "账号注销了欠款还在吗",
    ],
)
def test_ways_to_pay_and_chance_likenesses_are_no_other_product(text: str) -> None:
    assert not names_other_product(normalise(text))


@pytest.mark.parametrize(
    "text", ["月付和花呗有什么区别", "抖音月付跟美团月付是一家吗", "用月付还花呗可以吗", "dou分期和借呗"]
)
def test_both_may_be_named(text: str) -> None:
    text = normalise(text)
    assert names_other_product(text)
    assert names_our_product(text)


@pytest.mark.parametrize("text", ["美团用月付款怎么选", "在美团可以用月付吗", "月付能在京东用吗"])
def test_our_product_used_elsewhere_is_still_ours(text: str) -> None:
    text = normalise(text)
    assert names_our_product(text)
    assert not names_other_product(text)


@pytest.mark.parametrize(
    "text",
    ["用花呗扣行不行", "能拿白条还吗", "自动扣能扣花呗的", "从微粒贷里还可以吧", "月付和花呗有什么区别"],
)
def test_a_product_that_pays_ours_is_not_the_matter(text: str) -> None:
    text = normalise(text)
    assert names_other_product(text) and not is_about_other_product(text)


@pytest.mark.parametrize(
    "text", ["跟花呗一样有手续费吗", "利息比白条高", "花呗借呗都给一万 你们才三百", "像白条那样能延期吗"]
)
def test_a_product_that_ours_is_compared_with_is_not_the_matter(text: str) -> None:
    text = normalise(text)
    assert names_other_product(text) and not is_about_other_product(text)


@pytest.mark.parametrize(
    "text", ["花呗怎么还", "用花呗付款付不了", "白条还不上了", "我要关的是花呗不是月付", "用借呗还花呗"]
)
def test_a_product_that_is_asked_about_is_the_matter(text: str) -> None:
    assert is_about_other_product(normalise(text))


def test_products_beside_ours_are_alike_and_alone_they_are_not() -> None:
    alike = {
        with_others_alike(normalise(f"我{name}欠着，月付怎么关")) for name in ("花呗", "白条", "美团月付")
    }
    assert alike == {"我&欠着 月付怎么关"}
    assert with_others_alike(normalise("花呗怎么关")) == "花呗怎么关"


@pytest.mark.parametrize("text", ["关闭自动续费", "抖音支付怎么注销", "连续包月能取消吗", "我要停用抖音钱包"])
def test_a_service_is_another_product_where_it_is_switched_off(text: str) -> None:
    assert is_about_other_product(normalise(text))


@pytest.mark.parametrize(
    "text", ["抖音支付还不上", "自动续费扣了月付", "用抖音支付还清", "抖音支付留着，月付关掉"]
)
def test_and_is_none_where_it_only_comes_up(text: str) -> None:
    assert not is_about_other_product(normalise(text))


@pytest.mark.parametrize(
    "name",
    [
        "和包",
        "天猫",
        "中信",
        "支付宝月",
        "闲鱼",
        "小象",
        "山姆",
        "沃",
        "沃支付",
        "1688",
        "诚e赊",
        "盒马",
        "叮咚",
        "永辉",
        "屈臣氏",
        "瑞幸",
        "肯德基",
        "中国移动",
        "中国电信",
        "平安",
        "工行",
        "建行",
        "农行",
        "中行",
        "邮储",
        "广发",
        "浦发",
        "民生",
        "光大",
        "兴业",
        "华夏",
        "B站",
        "哔哩哔哩",
        "优酷",
        "爱奇艺",
        "腾讯视频",
        "芒果",
        "喜马拉雅",
        "贝壳",
        "自如",
        "58",
        "智联",
        "BOSS",
        "唱吧",
    ],
)
def test_another_brands_monthly_pay_is_another_product(name: str) -> None:
    for text in (f"{name}月付怎么关", f"把我的{name}月付一次还清", f"{name}的月付 注销"):
        assert is_about_other_product(normalise(text)), text


@pytest.mark.parametrize(
    "text",
    [
        "我工资卡是农行的，月付能从这张卡自动还吗", "我的卡是民生银行，月付还款扣不了",
        "绑的是邮储的，月付怎么没扣",
        "工资发在平安银行，月付到期会扣吗", "钱都在微信，月付能从那里扣吗", "我平时用支付宝，月付能用它还吗",
        "储蓄卡是兴业的月付能扣吗", "工商银行卡能还月付吗", "招行储蓄卡能扣款吗",
        "微信零钱可以还月付吗", "工资卡是中行的，能自动扣款吗",
    ],
)  # fmt: skip
def test_a_bank_that_only_has_the_card_is_not_the_matter(text: str) -> None:
    assert not is_about_other_product(normalise(text))


@pytest.mark.parametrize(
    "text",
    [
        "淘宝的退款多久到", "京东退款怎么还没到账", "拼多多的订单退款了吗",
        "美团退款", "饿了么退款退到哪", "闲鱼那笔退款呢",
        "携程机票退票的钱没到", "天猫买的衣服退了", "DOU+的退款",
        "dou+ 退款到哪了", "千川退款多久", "打赏主播的钱退回来了吗",
    ],
)  # fmt: skip
def test_money_back_from_elsewhere_is_not_the_matter(text: str) -> None:
    assert is_about_other_product(normalise(text)) and is_refund_elsewhere(normalise(text))


@pytest.mark.parametrize(
    "text",
    [
        "用月付在淘宝买的退款到哪了", "我月付买的京东订单退款了", "在拼多多买的东西退了",
        "退款会退到微信吗", "退到支付宝了吗",
        "天猫退货了额度没恢复", "京东退款了账单怎么没减", "美团退款之后分期还要还吗",
        "抖音商城退款到哪了", "退款多久到",
        "团购券退款退到哪里", "抖音的退款到了吗",
    ],
)  # fmt: skip
def test_money_back_for_what_was_paid_with_ours_is(text: str) -> None:
    assert not is_refund_elsewhere(normalise(text)) and not is_about_other_product(normalise(text))


@pytest.mark.parametrize("text", ["月月付怎么关", "我要注销月月付", "月月付"])
def test_yueyuefu_is_another_product(text: str) -> None:
    assert is_about_other_product(normalise(text))


@pytest.mark.parametrize(
    "text",
    [
        "这个月月付还多少",
        "9月月付怎么还",
        "我每月月付清",
        "抖音月月付怎么关",
        "用移动流量能关闭月付吗",
        "用中国移动的手机号开的月付",
        "在瑞幸月付付不了",
        "怎么和包月付费的一样",
        "抖音账号的月付怎么关",
        "我抖音里的月付关掉",
        "抖音号注销月付",
        "欠258月付怎么还",
    ],
)
def test_and_ours_stays_ours(text: str) -> None:
    assert not names_other_product(normalise(text))


@pytest.mark.parametrize(
    "text", ["注销抖音号", "抖音账号不要了 注销", "把我抖音账户注销了", "注销抖音火山版", "怎么删除抖音账号"]
)
def test_the_apps_account_is_no_product_of_ours(text: str) -> None:
    assert is_about_other_product(normalise(text))
