import { createHash } from 'node:crypto'
import { trusted } from './html.ts'

/**
 * The one style sheet. System fonts, light and dark, phone first. Every text has at least 4.5:1 and every edge that
 * matters 3:1 against what it stands on (WCAG 2.2, 1.4.3 and 1.4.11); a test computes it from these variables.
 */
export const CSS = `
:root{color-scheme:light dark;
--back:#f3f1ec;--card:#fff;--ink:#1b2430;--soft:#56606d;--line:#7d8590;--rule:#e4e1da;
--act:#17405f;--act-on:#fff;--act-over:#0f2f47;--mark:#17405f;--hole:#f2c864;--bolt:#b07a1e;
--ring:#a06a10;--bad:#8c1d18;--bad-back:#fcebe9;--good:#1d6b45;--good-back:#e5f3eb}
@media (prefers-color-scheme:dark){:root{
--back:#11161b;--card:#1a2129;--ink:#ecebe6;--soft:#a8b0bb;--line:#76818e;--rule:#2c353f;
--act:#e6b655;--act-on:#1f1600;--act-over:#f2cb7c;--mark:#e6b655;--hole:#1a2129;--bolt:#8d6a24;
--ring:#f2cb7c;--bad:#ffb4ab;--bad-back:#3b1b1a;--good:#8fd9b0;--good-back:#16301f}}
*{box-sizing:border-box}
[hidden]{display:none}
html{background:var(--back);color:var(--ink);font:1rem/1.5 -apple-system,"Segoe UI",Roboto,
"Noto Sans",Cantarell,Ubuntu,"Liberation Sans","DejaVu Sans","PingFang SC","Microsoft YaHei","Noto Sans CJK SC",sans-serif;-webkit-text-size-adjust:100%}
body{margin:0;min-height:100vh;min-height:100dvh;display:flex;flex-direction:column;background:var(--card)}
.skip{position:absolute;left:-999rem}
.skip:focus{left:1rem;top:1rem;padding:.5rem 1rem;background:var(--card)}
.brand{display:flex;align-items:center;gap:.5rem;font-weight:700;font-size:1.0625rem;letter-spacing:.01em}
.page{width:100%;max-width:27rem;margin:0 auto;padding:1.5rem 1.5rem 2.5rem}
.mark .plate{fill:var(--mark)}.mark .hole{fill:var(--hole)}.mark .bolt{fill:var(--bolt)}
main{margin-top:2.25rem;outline:none}
h1{margin:0;font-size:1.75rem;line-height:1.2;font-weight:700;letter-spacing:-.015em;text-wrap:balance}
h1+p{margin-top:.5rem}
p{margin:.75rem 0 0;overflow-wrap:anywhere;text-wrap:pretty}
.soft{color:var(--soft)}
.name{color:var(--ink);font-weight:600;overflow-wrap:anywhere}
form{margin:1.75rem 0 0}
.field{margin-top:1.125rem}
label{display:block;margin-bottom:.375rem;font-weight:600;font-size:.9375rem}
input{display:block;width:100%;min-height:3rem;padding:.625rem .875rem;font:inherit;color:var(--ink);
background:var(--card);border:1px solid var(--line);border-radius:.625rem}
input[aria-invalid]{border-color:var(--bad)}
button,.act{display:block;width:100%;min-height:3rem;margin-top:1.75rem;padding:.625rem 1.25rem;font:inherit;font-weight:600;
color:var(--act-on);background:var(--act);border:1px solid transparent;border-radius:.625rem;cursor:pointer}
.act{text-align:center;text-decoration:none}
button:hover,.act:hover{background:var(--act-over)}
button.second,button.account,button.small{color:var(--ink);background:var(--card);border-color:var(--line)}
button.second:hover,button.account:hover,button.small:hover{background:var(--back)}
button.second,button.account{margin-top:.75rem}
button.account{text-align:start}.account .soft{display:block;font-weight:400;font-size:.875rem}
button.small{width:auto;min-height:2.75rem;margin:0;padding:.375rem .875rem;flex:none;font-size:.9375rem}
h2{margin:2.25rem 0 0;padding-top:1.5rem;border-top:1px solid var(--rule);font-size:1.0625rem;line-height:1.3}
h2+form{margin-top:.25rem}
ul{margin:0;padding:0;list-style:none}
.others a{display:block;padding:.6875rem 0;color:inherit;text-underline-offset:.2em}
.apps>li{display:flex;gap:1rem;align-items:flex-start;justify-content:space-between;padding:.875rem 0;border-bottom:1px solid var(--rule)}
.apps>li:last-child{border:0;padding-bottom:0}.apps ul{margin-top:.125rem;font-size:.875rem}
.state{display:block;color:var(--soft);font-size:.9375rem}.state.good{color:var(--good);font-weight:600}
fieldset{margin:0;padding:0;border:0;min-width:0}
legend{padding:0;font-weight:600}
.choice,.fixed{display:flex;gap:.75rem;align-items:flex-start;min-height:2.75rem;margin:0;padding:.6875rem 0;
border-bottom:1px solid var(--rule);font-weight:400;font-size:1rem}
.fixed::before{content:"\\2713";flex:none;width:1.5rem;text-align:center;color:var(--soft)}
.note a{display:block;width:fit-content;margin-top:.5rem;color:inherit;text-underline-offset:.2em}
.choice{cursor:pointer}.choice input{flex:none;width:1.5rem;min-height:1.5rem;height:1.5rem;margin:0;accent-color:var(--act)}
.code{font-family:ui-monospace,SFMono-Regular,Menlo,Consolas,"Liberation Mono","DejaVu Sans Mono",monospace;font-size:1.5rem;letter-spacing:.12em}
input.code{text-transform:uppercase;text-align:center}
p.code{font-weight:600;text-align:center}
.quiet{display:block;margin-top:.5rem;padding:.6875rem;text-align:center;font-weight:600;color:var(--ink);
border-radius:.625rem;text-underline-offset:.2em}
:focus-visible{outline:3px solid var(--ring);outline-offset:2px}
.alert{margin-top:1.5rem;padding:.75rem 1rem;border-left:4px solid var(--bad);border-radius:.375rem;
background:var(--bad-back);color:var(--bad)}
.alert p{margin:0}.alert strong{display:block}
.qr{display:block;width:100%;max-width:16.25rem;height:auto;margin:1.5rem auto 0;border-radius:.625rem}
code{font-family:ui-monospace,SFMono-Regular,Menlo,Consolas,"Liberation Mono","DejaVu Sans Mono",monospace;overflow-wrap:anywhere}
.plain{padding-left:1.25rem;list-style:disc}.plain li{margin-top:.375rem}
pre{margin:.875rem 0 0;padding:.75rem 1rem;border-radius:.375rem;background:var(--back);overflow-x:auto;font-size:.8125rem}
.inline,#otpauth{color:inherit;text-underline-offset:.2em}
.note{margin-top:1.75rem;padding-top:1.25rem;border-top:1px solid var(--rule);color:var(--soft);font-size:.875rem}
.badge{display:flex;align-items:center;justify-content:center;width:3rem;height:3rem;margin-bottom:1.25rem;
border-radius:50%;background:var(--bad-back);color:var(--bad)}
.badge.good{background:var(--good-back);color:var(--good)}
.badge.calm{background:var(--back);color:var(--soft)}
details{margin-top:1.75rem;padding-top:1.25rem;border-top:1px solid var(--rule);font-size:.875rem}
summary{cursor:pointer;font-weight:600;color:var(--soft);border-radius:.25rem}
dl{display:grid;grid-template-columns:auto 1fr;gap:.375rem 1rem;margin:.875rem 0 0}
dt{color:var(--soft)}
dd{margin:0;font-family:ui-monospace,SFMono-Regular,Menlo,Consolas,"Liberation Mono","DejaVu Sans Mono",monospace;font-size:.8125rem;overflow-wrap:anywhere}
@media (min-width:32rem){
body{background:var(--back);justify-content:center;padding:2rem 1rem 12vh}
.page{max-width:28rem;padding:2.25rem 2.5rem 2.5rem;background:var(--card);border:1px solid var(--rule);
border-radius:1.25rem;box-shadow:0 1px 2px rgb(0 0 0/.05),0 18px 48px -18px rgb(0 0 0/.18)}}
@media (prefers-reduced-motion:no-preference){button{transition:background-color .12s}}
@media (forced-colors:active){button,.alert{border:1px solid}}
`

export const STYLE = trusted(`<style>${CSS}</style>`)

/** For `style-src`: only this very text is a style on our pages. */
export const STYLE_HASH = `'sha256-${createHash('sha256').update(CSS).digest('base64')}'`
