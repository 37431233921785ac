/** Colours of the page; every pair of text and ground has a contrast of at least 4.5 (a test counts it). */
export const palettes = {
  light: {
    ground: '#f6f7f9',
    card: '#ffffff',
    sunk: '#f1f3f6',
    line: '#d9dee5',
    text: '#1b2128',
    quiet: '#57616e',
    link: '#0b5cad',
    passed: '#19703f',
    'passed-ground': '#e8f4ec',
    failed: '#b3261e',
    'failed-ground': '#fbecea',
    'not-run': '#6a5a1a',
    'not-run-ground': '#f7f2dd',
    'stage-grub': '#8a94a3',
    'stage-kernel': '#b87d22',
    'stage-init': '#3f78c1',
    'stage-ready': '#2a9a8f',
  },
  dark: {
    ground: '#12161b',
    card: '#1a1f26',
    sunk: '#12161b',
    line: '#323a45',
    text: '#e3e8ee',
    quiet: '#9da8b6',
    link: '#7db7f5',
    passed: '#63cb92',
    'passed-ground': '#17301f',
    failed: '#ff978c',
    'failed-ground': '#3a1c1a',
    'not-run': '#d9c26a',
    'not-run-ground': '#322c14',
    'stage-grub': '#7d8897',
    'stage-kernel': '#d69b43',
    'stage-init': '#5a94de',
    'stage-ready': '#3db3a6',
  },
} as const;

function variables(palette: Readonly<Record<string, string>>): string {
  return Object.entries(palette)
    .map(([name, colour]) => `--${name}:${colour}`)
    .join(';');
}

export const style = `
:root{color-scheme:light dark;${variables(palettes.light)};
--mono:ui-monospace,SFMono-Regular,Menlo,Consolas,"DejaVu Sans Mono",monospace}
@media (prefers-color-scheme:dark){:root{${variables(palettes.dark)}}}
@media print{:root{color-scheme:light;${variables(palettes.light)}}}
*{box-sizing:border-box}
html{-webkit-text-size-adjust:100%;text-size-adjust:100%;scroll-padding-top:1rem}
body{margin:0 auto;padding:2rem 1.5rem 4rem;max-width:76rem;background:var(--ground);color:var(--text);
font:15px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"Noto Sans","DejaVu Sans",sans-serif}
h1,h2,h3,h4,h5,h6,p,dl,dd,ul,figure,pre{margin:0}
h1{font-size:1.75rem;line-height:1.2;font-weight:600;letter-spacing:-.01em;overflow-wrap:anywhere}
h1 small{font-size:1rem;font-weight:400;color:var(--quiet);letter-spacing:0}
h2{font-size:1.15rem;font-weight:600;margin:2.25rem 0 .75rem}
h3{font-size:1rem;font-weight:600;margin:1.5rem 0 .5rem}
h3 .quiet{font-weight:400;margin-left:.35rem}
h4{font-size:inherit;font-weight:500}
h5,h6{font-size:.875rem;font-weight:600}
a{color:var(--link)}
code,pre{font-family:var(--mono);font-size:.8125rem}
.quiet,.kind{color:var(--quiet)}
.kind{font-size:.8125rem;margin-bottom:.15rem}
.file{font-family:var(--mono);font-size:.75rem;font-weight:400;overflow-wrap:anywhere}
.number{text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap}
.unseen{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%);white-space:nowrap}
:focus-visible{outline:2px solid var(--link);outline-offset:2px}
.sign{flex:none;vertical-align:-.2em;fill:none;stroke:currentColor;stroke-width:2.2;stroke-linecap:round;stroke-linejoin:round}
.outcome{display:inline-flex;align-items:center;gap:.3rem;white-space:nowrap;font-weight:500}
.outcome.passed,.sign.passed{color:var(--passed)}
.outcome.failed,.sign.failed{color:var(--failed)}
.outcome.not-run,.sign.not-run{color:var(--not-run)}
.verdict{margin-top:1rem;border:1px solid var(--line);border-radius:6px;overflow:hidden;background:var(--card)}
.verdict p{padding:.8rem 1rem;font-size:1.125rem}
.verdict .sign{width:20px;height:20px}
.verdict.passed p{background:var(--passed-ground)}
.verdict.failed p{background:var(--failed-ground)}
.verdict.not-run p{background:var(--not-run-ground)}
.verdict.passed strong{color:var(--passed)}
.verdict.failed strong{color:var(--failed)}
.verdict.not-run strong{color:var(--not-run)}
.proportions{display:block}
.part-passed{fill:var(--passed)}
.part-failed{fill:var(--failed)}
.part-not-run{fill:var(--not-run)}
.scroll{overflow-x:auto}
table{border-collapse:collapse;width:100%;font-size:.875rem}
caption{text-align:left;color:var(--quiet);font-size:.8125rem;padding-bottom:.2rem}
th{text-align:left;font-weight:500}
th.number{text-align:right}
thead th{color:var(--quiet);font-size:.8125rem;font-weight:500;white-space:nowrap}
th,td{padding:.4rem .75rem;border-bottom:1px solid var(--line);vertical-align:top}
.matrix{background:var(--card);border:1px solid var(--line)}
.matrix td,.matrix th{border:1px solid var(--line)}
.matrix .test th{background:var(--sunk);font-weight:600}
.matrix tbody th[scope=row]{font-weight:400}
.matrix .why{font-size:.8125rem;overflow-wrap:anywhere}
.matrix td.none,.none{color:var(--quiet)}
.matrix{table-layout:fixed;min-width:34rem}
.matrix thead th:first-child{width:12rem}
.matrix .cell>div{display:flex;flex-wrap:wrap;column-gap:1rem;align-items:center}
.matrix .cell.failed{background:var(--failed-ground)}
.matrix .cell.not-run{background:var(--not-run-ground)}
.matrix a{color:inherit;text-decoration:none;display:inline-flex;align-items:center;gap:.35rem}
.matrix a:hover{text-decoration:underline}
.count{font-weight:400}
.times{display:flex;flex-wrap:wrap;column-gap:.9rem;color:var(--quiet);font-size:.8125rem;font-variant-numeric:tabular-nums}
.cell.failed .times,.cell.not-run .times{color:var(--text)}
.times span{white-space:nowrap}
.cases-head{display:flex;flex-wrap:wrap;align-items:baseline;justify-content:space-between;column-gap:1rem}
.filter label{display:inline-flex;align-items:center;gap:.4rem;cursor:pointer;min-height:1.75rem}
.filter input{width:1rem;height:1rem;margin:0;accent-color:var(--link)}
.legend{display:flex;flex-wrap:wrap;gap:.15rem 1.25rem;font-size:.8125rem;color:var(--quiet)}
.legend ul{display:flex;flex-wrap:wrap;gap:.15rem 1rem;padding:0;list-style:none}
.swatch{margin-right:.35rem}
.stage-grub{fill:var(--stage-grub)}
.stage-kernel{fill:var(--stage-kernel)}
.stage-init{fill:var(--stage-init)}
.stage-ready{fill:var(--stage-ready)}
.bar{display:block;background:var(--sunk);border-radius:2px}
.case{background:var(--card);border:1px solid var(--line);margin-top:-1px}
.case:first-of-type{border-radius:6px 6px 0 0}
.case:last-of-type{border-radius:0 0 6px 6px}
.case:first-of-type:last-of-type{border-radius:6px}
.case.failed{box-shadow:inset 3px 0 var(--failed)}
.case:target{outline:2px solid var(--link);outline-offset:1px}
.case>summary{display:grid;grid-template-columns:6.75rem minmax(10rem,1.1fr) minmax(8rem,1.4fr) 14rem;align-items:center;gap:.35rem 1rem;
padding:.55rem 1rem .55rem .5rem;cursor:pointer;list-style-position:inside}
.case>summary::-webkit-details-marker{display:none}
.case>summary .outcome::before{content:"";width:.45rem;height:.45rem;border:solid var(--quiet);border-width:0 1.5px 1.5px 0;transform:rotate(-45deg);margin:0 .35rem 0 .15rem;flex:none}
.case[open]>summary .outcome::before{transform:rotate(45deg)}
.case>summary:hover{background:var(--sunk)}
.case h4{overflow-wrap:anywhere}
.case-times{display:grid;grid-template-columns:1fr 1fr;gap:.75rem;text-align:right;font-size:.875rem;font-variant-numeric:tabular-nums;white-space:nowrap}
.case-times>:last-child{color:var(--quiet)}
.case-times>:only-child{grid-column:2}
.case>.body{padding:.75rem 1rem 1.1rem;border-top:1px solid var(--line);display:grid;gap:1.1rem;grid-template-columns:minmax(0,1fr)}
.body p{max-width:62rem}
.guest{display:grid;gap:.8rem;grid-template-columns:minmax(0,1fr)}
.failure{display:grid;gap:.7rem;grid-template-columns:minmax(0,1fr)}
.failure h5{font-size:1rem;overflow-wrap:anywhere}
.failure h5 code{display:inline-block;font-size:.8125rem;font-weight:600;color:var(--failed);background:var(--failed-ground);border-radius:4px;padding:.1rem .45rem;margin-right:.4rem}
.where{font-size:.875rem;color:var(--quiet);overflow-wrap:anywhere}
pre{background:var(--sunk);border:1px solid var(--line);border-radius:4px;padding:.6rem .75rem;overflow:auto;line-height:1.45;tab-size:8}
pre.detail{white-space:pre-wrap;overflow-wrap:anywhere}
pre.detail .expected{color:var(--passed)}
pre.detail .came{color:var(--failed)}
pre.log{max-height:32rem}
.explanation{display:grid;gap:.35rem;font-size:.875rem}
.explanation div{display:grid;grid-template-columns:7.5rem minmax(0,1fr)}
.explanation dt{color:var(--quiet)}
.evidence{display:flex;flex-wrap:wrap;gap:1rem;align-items:flex-start}
.evidence:empty{display:none}
.evidence>*{flex:1 1 24rem;min-width:0}
.evidence figure{flex:0 1 26rem}
.evidence h6{margin-bottom:.3rem}
.evidence pre.log{max-height:22rem}
figure img{display:block;max-width:100%;height:auto;border:1px solid var(--line);border-radius:4px;background:#000}
figcaption{font-size:.8125rem;margin-top:.25rem}
.pictures{display:grid;grid-template-columns:repeat(auto-fill,minmax(min(20rem,100%),1fr));gap:1rem}
.by-hand{display:grid;grid-template-columns:1fr auto;gap:.3rem;align-items:center}
.by-hand pre{grid-column:1/-1;white-space:pre-wrap;overflow-wrap:anywhere;max-height:12rem}
button{font:inherit;font-size:.8125rem;color:var(--text);background:var(--card);border:1px solid var(--line);border-radius:4px;padding:.15rem .7rem;min-height:1.75rem;cursor:pointer}
button:hover{background:var(--sunk)}
.steps td,.steps th,.boots td,.boots th{padding:.35rem .75rem .35rem 0}
.steps .step code{overflow-wrap:anywhere}
.steps .step{width:60%}
.steps th.number{font-weight:400}
.steps tr.failed>*{background:var(--failed-ground)}
.steps .number:first-child{width:2rem;padding-right:.75rem}
.boots .wide{width:45%;min-width:8rem;vertical-align:middle;padding:0 0 0 .75rem}
.boots tbody th{font-weight:400;white-space:nowrap}
.boots tr:last-child>*,.steps tr:last-child>*{border-bottom:0}
details.serial>summary,details.output>summary{cursor:pointer;width:fit-content}
details.serial>summary{font-size:.875rem;font-weight:600}
details.output>summary{font-size:.8125rem;color:var(--quiet)}
details.output pre,details.serial pre{margin-top:.35rem}
details.output pre{white-space:pre-wrap;overflow-wrap:anywhere;max-height:20rem}
.cut{display:block;margin:.5rem 0;padding:.3rem .5rem;font-family:system-ui,sans-serif;background:var(--not-run-ground);color:var(--not-run);white-space:normal}
.about{margin-top:1rem;background:var(--card);border:1px solid var(--line);border-radius:6px}
.facts{display:flex;flex-wrap:wrap;gap:.7rem 1.6rem;padding:.8rem 1rem}
.facts dt,.images thead th{font-size:.75rem;color:var(--quiet);font-weight:400}
.facts dd{font-size:.875rem}
.images{border-top:1px solid var(--line)}
.images td,.images th{padding:.35rem 1rem .35rem 0;border-bottom:0}
.images tr>:first-child{padding-left:1rem}
.images tbody tr:last-child>*{padding-bottom:.7rem}
.images thead th{padding-top:.6rem;padding-bottom:0}
.digest{overflow-wrap:anywhere}
.images th[scope=row]{overflow-wrap:anywhere;min-width:10rem}
.images td{min-width:4.5rem}
body:has(#only-failed:checked) :is(.case:not(.failed),section.test:not(.has-failed)){display:none}
@media (max-width:46rem){
body{padding:1.25rem .9rem 3rem}
.case>summary{grid-template-columns:auto 1fr;padding-right:.75rem}
.case>summary h4{grid-column:2}
.case>summary .bar-place:not(:empty){grid-column:1/-1;padding-left:1.2rem}
.case>summary .bar-place:empty{display:none}
.case-times{grid-column:1/-1;grid-template-columns:auto auto;justify-content:start;text-align:left;padding-left:1.2rem}
.case-times:empty{display:none}
.case>.body{padding:.75rem .75rem 1rem}
.explanation div{grid-template-columns:1fr}
.matrix{min-width:0}
.matrix thead th{white-space:normal}
.matrix thead th:first-child{width:6.6rem}
.matrix thead th:not(:first-child){width:7.9rem}
.times span{white-space:normal}
.images th[scope=row],.images td{white-space:nowrap}
th,td{padding:.4rem .55rem}
.digest{font-size:.75rem;display:inline-block;min-width:16rem}
}
@media print{
body{max-width:none;padding:0;background:none;font-size:10pt}
.filter,button,details.serial,details.output{display:none!important}
.case,tr,figure,.failure pre{break-inside:avoid}
.case[open]{break-inside:auto}
pre,pre.log,.evidence pre.log{max-height:none;white-space:pre-wrap;overflow-wrap:anywhere}
.scroll{overflow:visible}
*{print-color-adjust:exact;-webkit-print-color-adjust:exact}
a{color:inherit;text-decoration:none}
}
`;
