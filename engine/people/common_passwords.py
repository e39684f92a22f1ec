"""What passwords in China are commonly made of and lists from elsewhere lack, the commonest first: digits with a
meaning, words in pinyin, the commonest surnames."""

from __future__ import annotations

_DIGITS = "520 1314 5201314 1314520 5211314 521 147258369 147258 159753 789456123 741852963 123 888 666 168 518 110"
_WORDS = (
    "woaini aini woaiwojia woaizhongguo woshishui wodemima mima nihao wode baobei laopo laogong mama baba zhongguo "
    "zhonghua beijing shanghai hunan changsha hengyang changning xiangcun nongcun cunmin cunwei cunzhang zhishu shuji "
    "dangyuan renmin gongchandang xingfu kuaile jiankang pingan facai gongxi wangluo taobao weixin tencent asd qwe qaz "
    "zxc asdf zxcv aaa abc admin root test guest user"
)
_SURNAMES = (
    "wang li zhang liu chen yang huang zhao wu zhou xu sun ma zhu hu guo he gao lin luo zheng liang xie song tang deng "
    "han feng cao peng zeng xiao tian dong pan yuan cai jiang yu du ye cheng wei su lv ding ren lu yao shen jin tan "
    "zou shi xiong kong bai cui kang mao qiu qin gu hou shao meng long wan duan lei qian yin yi chang qiao lai gong wen"
)
KNOWN_HERE = tuple(dict.fromkeys(f"{_DIGITS} {_WORDS} {_SURNAMES}".split()))
