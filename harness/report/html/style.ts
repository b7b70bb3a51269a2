/** The style of every page. Colours can be distinguished with any colour vision (Okabe and Ito), and never carry meaning alone. */
export const style = `
:root{color-scheme:light dark;--back:#fff;--text:#1b1d1f;--faint:#575d63;--rule:#d4d8dc;--soft:#f3f5f6;
--base:#0067ad;--new:#b84a00;--bad:#a8201a;--bad-text:#fff;--good:#086b4c;--good-text:#fff;
--open:#ffefbf;--open-text:#3b2d00;--other:#e4dcf7;--other-text:#2c1a5e;
--p1:#9aa5b1;--p2:#0072b2;--p3:#56b4e9;--p4:#e69f00;--p5:#009e73;--p6:#cc79a7}
@media (prefers-color-scheme:dark){:root{--back:#14171a;--text:#e6e8ea;--faint:#a6afb7;--rule:#3a4147;--soft:#20252a;
--base:#6fbcf5;--new:#ff9d4d;--bad:#ff9187;--bad-text:#2a0300;--good:#5fd3a5;--good-text:#00210f;
--open:#4a3b0a;--open-text:#ffe9ad;--other:#3d2f66;--other-text:#e9e1ff}}
*{box-sizing:border-box}
body{margin:0;background:var(--back);color:var(--text);font:15px/1.5 system-ui,sans-serif;overflow-wrap:anywhere}
main{max-width:88rem;margin:0 auto;padding:1rem}
h1{font-size:1.5rem;margin:.5rem 0}h2{font-size:1.2rem;margin:2rem 0 .5rem;border-bottom:1px solid var(--rule)}
h3{font-size:1rem;margin:1.2rem 0 .2rem}p{max-width:50rem;margin:.3rem 0}a{color:inherit}
a:focus-visible,summary:focus-visible,.scroll:focus-visible{outline:3px solid var(--base);outline-offset:2px}
.faint,figcaption,.legend{color:var(--faint);font-size:.87rem}
.scroll{overflow-x:auto;max-width:100%}
table{border-collapse:collapse;font-size:.87rem;font-variant-numeric:tabular-nums}
th,td{padding:.25rem .6rem;text-align:right;border-bottom:1px solid var(--rule);vertical-align:top;overflow-wrap:normal}
th{font-weight:600}th:first-child{text-align:left;min-width:11rem;max-width:26rem;overflow-wrap:anywhere;font-weight:400}
thead th:first-child{font-weight:600}.words th:first-child{min-width:0}.text,.words th,.words td{text-align:left}
td.v{text-align:center;white-space:nowrap;border:2px solid var(--back)}td.v a{display:block;text-decoration:none;color:inherit}
.v{background:var(--soft)}.v-REGRESSED{background:var(--bad);color:var(--bad-text)}
.v-IMPROVED{background:var(--good);color:var(--good-text)}.v-INCONCLUSIVE{background:var(--open);color:var(--open-text)}
.v-CHANGED{background:var(--other);color:var(--other-text)}.v-NOT_ENOUGH{background:none;outline:1px dashed var(--faint);outline-offset:-3px}
.verdict{display:inline-block;padding:.2rem .7rem;border-radius:.3rem;font-weight:600}
dl{display:grid;grid-template-columns:max-content 1fr;gap:.15rem 1rem;margin:.5rem 0;font-size:.92rem}dt{color:var(--faint)}dd{margin:0}
pre{background:var(--soft);padding:.7rem;margin:.4rem 0;overflow-x:auto;white-space:pre-wrap;font-size:.82rem;line-height:1.4}
details{margin:.4rem 0}details details{margin-left:1rem}summary{cursor:pointer;padding:.15rem 0}
figure>svg,.rows>svg{display:block;width:100%}svg{overflow:visible}svg.fixed{width:auto;max-width:none;overflow:hidden}
svg text{font-size:11px;fill:var(--faint)}.grid{stroke:var(--rule);stroke-width:1}
.rows{display:grid;grid-template-columns:minmax(8rem,18rem) minmax(0,1fr) minmax(9rem,17rem);gap:.8rem;align-items:center;font-size:.87rem}
.rows>.value{font-variant-numeric:tabular-nums}
.dot{fill-opacity:.45}.base,.base .dot{fill:var(--base);stroke:var(--base)}.new,.new .dot{fill:var(--new);stroke:var(--new)}
.dot{stroke:none!important}.box{fill-opacity:.18;stroke:none}.mid{stroke-width:2}.line{stroke-width:2;fill:none;vector-effect:non-scaling-stroke}.range{stroke-width:1}
.mark{stroke:var(--faint);stroke-dasharray:4 3}.key{display:inline-block;width:.8em;height:.8em;margin:0 .3em 0 1em;border-radius:50%}
.key.base{background:var(--base)}.key.new{background:var(--new)}.curves .key.new{border-radius:0;transform:rotate(45deg) scale(.8)}
${[1, 2, 3, 4, 5, 6].map(place => `.p${place}{fill:var(--p${place});background:var(--p${place})}`).join('')}
.plots{display:grid;grid-template-columns:repeat(auto-fill,minmax(min(100%,22rem),1fr));gap:1rem 2rem}figure{margin:0}
.suspect{fill:#1b1d1f}.under{fill:#fff}
@media (max-width:44rem){.rows{grid-template-columns:1fr}.rows>.value{margin-bottom:.6rem}}
@media print{:root{color-scheme:light}body{font-size:10pt}main{padding:0;max-width:none}figure,tr,.rows>*{break-inside:avoid-page}h2,h3,summary{break-after:avoid-page}
.rows{grid-template-columns:9rem 1fr 11rem;font-size:8pt}
*{print-color-adjust:exact;-webkit-print-color-adjust:exact}details::details-content{content-visibility:visible;display:block;height:auto}
.scroll{overflow:visible}table{font-size:8pt}}
`;
