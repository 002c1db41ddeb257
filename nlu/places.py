"""Whether a message names a place to pay at or something to pay for. Texts are `nlu.text.normalise`d."""

from __future__ import annotations

import re

_SHOPS = (
    "美团|口碑|饿了么|淘宝|天猫|淘特|京东|拼多多|唯品会?|苏宁|闲鱼|咸鱼|得物|转转|飞猪|携程|去哪儿?|同程|途牛|12306"
    "|滴滴|高德|哈[啰罗]|优酷|爱奇艺|微店|小红书|快手|盒马|1688|当当|网易|沃尔玛|永辉|家乐福|大润发|山姆|肯德基"
    "|麦当劳|星巴克|瑞幸|屈臣氏|中石[化油]|steam|苹果商店|app ?store"
)
_PREMISES = (
    "线下|实体店?|门店|超市|商场|便利店|饭店|餐厅|酒店|宾馆|医院|药店|诊所|加油站?|菜市场|网吧|学校|食堂|景区"
    "|电影院?|地铁|公交|停车|打车"
)
_BOUGHT = (
    "外卖|团购|充值|充话费|话费|流量|电费|水费|燃气费?|学费|房租|物业费?|缴费|交费|罚款|社保|医保|保险|机票|车票"
    "|火车票|高铁票?|门票|游戏|会员|点券|q币|抖币|礼物|打赏|dou ?\\+"
)
_WAYS = "扫码|扫一扫|付款码|收款码|二维码|转账|红包|提现|取现"
_PLACE = re.compile("|".join((_SHOPS, _PREMISES, _BOUGHT, _WAYS)))

SIGN = "%"  # no character of a normalised text


def sign_of_place(text: str) -> str:
    """A sign if a place, a kind of thing or a way to pay is named, else nothing.

    That 月付 fails is one question (why), that it fails there is another (where it can be used), wherever
    there is: the sign tells a classifier what all their names have in common.
    """
    return SIGN if _PLACE.search(text) else ""
