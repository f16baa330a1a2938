extension HTMLReport {
  /// The page's style sheet: system fonts, one column, no colour that carries meaning alone.
  static let style = colours + layout + components + paper

  private static let colours = """
    :root {
      --ground: #fdfdfb; --panel: #f5f5f1; --ink: #1c1e21; --quiet: #5a6068; --rule: #deded8; --link: #0b559f;
      --holds: #16693d; --holds-ground: #e3f3e9; --fails: #a3211a; --fails-ground: #fbe7e5;
      --none: #7a4f00; --none-ground: #fbf0d9;
    }
    @media (prefers-color-scheme: dark) {
      :root {
        --ground: #15171a; --panel: #1d2024; --ink: #e8e8e4; --quiet: #a6acb3; --rule: #353a41; --link: #86bdf2;
        --holds: #7ed6a4; --holds-ground: #16301f; --fails: #ff9d94; --fails-ground: #3d1a18;
        --none: #e8bd68; --none-ground: #352811;
      }
    }

    """

  private static let layout = """
    * { box-sizing: border-box; }
    html { scroll-behavior: smooth; -webkit-text-size-adjust: 100%; }
    body {
      margin: 0; background: var(--ground); color: var(--ink);
      font: 1rem/1.6 system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", "DejaVu Sans", sans-serif;
      overflow-wrap: break-word;
    }
    a { color: var(--link); text-decoration-thickness: 0.06em; text-underline-offset: 0.15em; }
    a, code { overflow-wrap: anywhere; }
    code, pre { font: 0.9em/1.5 ui-monospace, "SF Mono", Menlo, Consolas, "DejaVu Sans Mono", monospace; }
    p { margin: 0.6rem 0; }
    math { font-family: "STIX Two Math", "Latin Modern Math", "Cambria Math", "Libertinus Math", "Noto Sans Math", math; }
    .tied { white-space: nowrap; }
    .formula { margin: 0.8rem 0; padding: 0.2rem 0; overflow-x: auto; overflow-y: hidden; }
    .page { margin: 0 auto; padding: 2.5rem 1.25rem 4rem; max-width: 64rem; }
    .skip { position: absolute; left: -100vw; }
    .skip:focus { left: 1rem; top: 1rem; padding: 0.5rem 1rem; background: var(--panel); z-index: 2; }
    .spoken { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
    h1, h2, h3, h4 { line-height: 1.25; text-wrap: balance; }
    h1 { font-size: clamp(1.6rem, 1.2rem + 2vw, 2.4rem); letter-spacing: -0.015em; margin: 0.2rem 0 1rem; }
    h2 { font-size: 1.45rem; letter-spacing: -0.01em; margin: 0 0 1rem; }
    h3 { font-size: 1.15rem; margin: 0 0 0.5rem; }
    h4 { font-size: 1rem; margin: 0 0 0.5rem; }
    h5 { font-size: 0.92rem; margin: 1rem 0 0.3rem; }
    section { margin-top: 3rem; padding-top: 1.5rem; border-top: 1px solid var(--rule); }
    section section { margin-top: 2.2rem; padding-top: 0; border-top: 0; }
    section, article, figure, details { scroll-margin-top: 1rem; }
    .prose, .statement, figcaption, .remark, .convention, .reason, .note { max-width: 46rem; }
    .kicker { margin: 0; color: var(--quiet); font-size: 0.92rem; }
    .contents { font-size: 0.88rem; line-height: 1.35; }
    .contents ul { margin: 0; padding: 0; list-style: none; }
    .contents ul ul { padding-left: 0.8rem; }
    .contents li { margin: 0.35rem 0; }
    .contents a { color: inherit; text-decoration: none; }
    .contents a:hover { text-decoration: underline; }
    .contents a[aria-current] { color: var(--link); font-weight: 600; }
    .contents ul ul a { color: var(--quiet); }
    @media screen and (min-width: 80rem) {
      body { display: grid; grid-template-columns: 16rem minmax(0, 1fr); }
      .contents { position: sticky; top: 0; max-height: 100vh; overflow-y: auto; padding: 2.6rem 0.5rem 2rem 1.5rem;
        border-right: 1px solid var(--rule); align-self: start; min-height: 100vh; }
      .page { margin: 0; padding-left: 3rem; padding-right: 2rem; }
    }
    @media screen and (max-width: 79.99rem) {
      .contents { max-width: 64rem; margin: 0 auto; padding: 1rem 1.25rem 0; }
      .contents > ul { display: flex; flex-wrap: wrap; gap: 0.1rem 1.2rem; }
      .contents ul ul { display: none; }
    }
    footer { margin-top: 3rem; padding-top: 1rem; border-top: 1px solid var(--rule); color: var(--quiet); }
    footer, .note, .source, .found, .convention, .remark, figcaption, .downloads, .measured { font-size: 0.92rem; }
    .note, .source, .found, .downloads, .measured { color: var(--quiet); }

    """

  private static let components = """
    .counts { display: flex; flex-wrap: wrap; gap: 0.5rem; margin: 0 0 1rem; padding: 0; list-style: none; }
    .counts li { padding: 0.2rem 0.8rem; border-radius: 2rem; background: var(--panel); color: var(--quiet); }
    .counts b { font-variant-numeric: tabular-nums; }
    .counts .holds, .verdict.holds { background: var(--holds-ground); color: var(--holds); }
    .counts .fails, .verdict.fails { background: var(--fails-ground); color: var(--fails); }
    .counts .notApplicable, .verdict.notApplicable { background: var(--none-ground); color: var(--none); }
    .verdict, .scope {
      display: inline-block; padding: 0.05rem 0.6rem; border-radius: 1rem; font-size: 0.82rem; font-weight: 600;
      white-space: nowrap;
    }
    .scope { border: 1px solid var(--rule); color: var(--quiet); font-weight: 400; }
    .scroll { overflow-x: auto; margin: 0.8rem 0; }
    .scroll:focus-visible, pre:focus-visible { outline: 2px solid var(--link); outline-offset: 2px; }
    table { border-collapse: collapse; width: 100%; font-size: 0.92rem; line-height: 1.4; }
    th, td { padding: 0.4rem 0.7rem; border-bottom: 1px solid var(--rule); text-align: left; vertical-align: top; }
    .shown { width: auto; min-width: 100%; font-size: 0.86rem; }
    .scroll:has(> .shown) { max-height: 30rem; overflow: auto; }
    .shown thead th { position: sticky; top: 0; background: var(--ground); box-shadow: inset 0 -1px var(--rule); }
    .axes { width: auto; }
    details { margin: 1rem 0; }
    summary { cursor: pointer; }
    th:first-child, td:first-child { padding-left: 0; }
    th:last-child, td:last-child { padding-right: 0; }
    thead th { color: var(--quiet); font-weight: 600; white-space: nowrap; }
    tbody th { font-weight: 400; }
    .checks tbody th { min-width: 10rem; }
    .number { text-align: right; white-space: nowrap; font-variant-numeric: tabular-nums; }
    .shown small { white-space: nowrap; }
    td small { color: var(--quiet); }
    .pass { text-align: center; }
    .mark { font-weight: 700; color: var(--holds); }
    .unmet .mark, .fails .mark { color: var(--fails); }
    .table, .experiment { margin: 0 0 1.2rem; padding: 1.1rem 1.3rem; border: 1px solid var(--rule);
      border-radius: 0.5rem; }
    .experiment > :first-child { margin-top: 0; }
    .glance { width: auto; }
    .glance tbody th { min-width: 11rem; font-weight: 600; }
    .glance tbody th a { color: inherit; }
    .chips, .key { display: flex; flex-wrap: wrap; gap: 0.3rem; margin: 0; padding: 0; list-style: none; }
    .key { gap: 0.4rem 1.4rem; font-size: 0.86rem; color: var(--quiet); }
    .chip { display: inline-block; min-width: 2.7rem; padding: 0.1rem 0.4rem; border-radius: 0.25rem; font-size: 0.8rem;
      line-height: 1.4; text-align: center; text-decoration: none; font-variant-numeric: tabular-nums; white-space: nowrap; }
    .key .chip { min-width: 0; padding: 0 0.4rem; }
    .chip.beyond { border-radius: 1rem; }
    .chip:hover { outline: 1px solid currentColor; }
    .chip.holds { background: var(--holds-ground); color: var(--holds); }
    .chip.fails { background: var(--fails); color: var(--ground); font-weight: 700; }
    .chip.notApplicable { background: var(--none-ground); color: var(--none); }
    .exceptions { margin: 1.2rem 0 0; padding-left: 1.2rem; }
    .claims { margin: 1rem 0 0; border-bottom: 1px solid var(--rule); }
    .claim { margin: 0; border-top: 1px solid var(--rule); }
    .claims-head, .claim > summary { display: grid; gap: 0.8rem; align-items: baseline; padding: 0.45rem 0.2rem;
      grid-template-columns: minmax(0, 1fr) 6rem 13rem 6rem 7.2rem; font-size: 0.92rem; }
    .claims-head { color: var(--quiet); font-weight: 600; }
    .claim > summary { list-style: none; }
    .claim > summary::-webkit-details-marker { display: none; }
    .claim > summary:hover { background: var(--panel); }
    .claim[open] > summary { background: var(--panel); }
    .claim-title::before { content: "▸"; display: inline-block; width: 1.1em; color: var(--quiet); }
    .claim[open] > summary .claim-title::before { content: "▾"; }
    .claim .id { margin-right: 0.3rem; color: var(--quiet); font-size: 0.86rem; }
    .claim:target > summary { box-shadow: inset 3px 0 0 var(--link); }
    .claim-body { padding: 0.2rem 0 1.2rem 1.1rem; }
    summary:focus-visible, button:focus-visible, input:focus-visible { outline: 2px solid var(--link); outline-offset: 2px; }
    .rerun { font-size: 0.92rem; }
    .commands, .listing { padding: 0.7rem 1rem; overflow-x: auto; background: var(--panel); border-radius: 0.4rem; }
    .data small { color: var(--quiet); }
    .sliders { display: flex; flex-wrap: wrap; gap: 0.4rem 2.5rem; margin: 0.3rem 0 0.8rem; }
    .sliders label { display: flex; align-items: center; gap: 0.5rem; font-variant-numeric: tabular-nums; }
    .sliders output { min-width: 3.2rem; }
    .sliders input { width: 12rem; accent-color: var(--link); }
    .tools { display: flex; gap: 0.4rem; justify-content: flex-end; margin: 0; }
    .tools button { padding: 0.05rem 0.6rem; border: 1px solid var(--rule); border-radius: 1rem; background: none;
      color: var(--quiet); font: inherit; font-size: 0.78rem; cursor: pointer; }
    .tools button[aria-pressed="true"] { background: var(--panel); color: var(--ink); border-color: var(--quiet); }
    .badges { display: flex; flex-wrap: wrap; gap: 0.3rem 0.5rem; align-items: center; margin: 0.3rem 0 0.8rem; }
    .hypotheses { margin: 0; padding: 0; list-style: none; }
    .hypotheses li { display: flex; gap: 0.5rem; margin: 0.2rem 0; }
    .found::before { content: "– "; }
    .reason, .box { padding: 0.7rem 1rem; border-radius: 0.4rem; background: var(--panel); }
    .reason.fails { background: var(--fails-ground); }
    .reason.notApplicable { background: var(--none-ground); }
    .label { margin: 0; color: var(--quiet); font-size: 0.82rem; font-weight: 600; }
    .label + p { margin-top: 0.2rem; }
    .box p:last-child, .correction p:last-child { margin-bottom: 0; }
    .correction { display: grid; grid-template-columns: 2fr 3fr; margin: 0 0 0.8rem; }
    .correction > div { padding: 0.8rem 1.1rem; background: var(--panel); }
    .correction > div:first-child { border-radius: 0.4rem 0 0 0.4rem; color: var(--quiet); }
    .correction > div:last-child { border-radius: 0 0.4rem 0.4rem 0; background: var(--holds-ground); }
    figure { margin: 1.6rem 0 2.5rem; }
    .reason + figure { margin-top: 1.5rem; }
    .static { display: block; width: 100%; max-width: 48rem; height: auto; margin: 0 auto; padding: 0.5rem;
      background: #fff; border-radius: 0.4rem; }
    .charts, .sliders { display: none; }
    .interactive .sliders { display: flex; }
    .interactive .charts { display: grid; grid-template-columns: minmax(0, 1fr); gap: 0.5rem; }
    .interactive .charts.several { grid-template-columns: repeat(2, minmax(0, 1fr)); }
    .interactive .static { display: none; }
    .facts, .columns { display: grid; grid-template-columns: max-content minmax(0, 1fr); gap: 0.25rem 1.2rem;
      margin: 0.6rem 0; }
    .facts dt, .columns dt { color: var(--quiet); }
    .facts dd, .columns dd { margin: 0; }
    .columns { font-size: 0.92rem; }
    .references { padding-left: 1.4rem; }
    .references li { margin: 0.4rem 0; }
    .references li:target { background: var(--none-ground); }
    .bibtex { padding: 1rem; overflow-x: auto; background: var(--panel); border-radius: 0.4rem; }
    @media screen and (max-width: 46rem) {
      .page { padding: 1.2rem 1rem 3rem; }
      .contents { padding: 0.8rem 1rem 0; }
      .wide { display: none; }
      .table, .experiment { padding: 0.9rem 1rem; }
      .claims-head, .claim > summary { grid-template-columns: minmax(0, 1fr) max-content; }
      .claim-body { padding-left: 0; }
      .glance, .glance tbody, .glance tr, .glance th, .glance td { display: block; padding: 0; border: 0; text-align: left; }
      .glance thead, .glance td.number { display: none; }
      .glance tr { margin-bottom: 1.1rem; }
      .glance td { margin-top: 0.4rem; }
      .correction, .interactive .charts.several { grid-template-columns: minmax(0, 1fr); }
      .correction > div:first-child { border-radius: 0.4rem 0.4rem 0 0; }
      .correction > div:last-child { border-radius: 0 0 0.4rem 0.4rem; }
      .facts, .columns { grid-template-columns: minmax(0, 1fr); gap: 0; }
      .facts dd, .columns dd { margin-bottom: 0.5rem; }
    }
    @media (prefers-reduced-motion: reduce) { html { scroll-behavior: auto; } }

    """

  /// Paper is white and cannot scroll, so nothing may be cut off, and figures are the static ones.
  private static let paper = """
    @media print {
      :root {
        --ground: #fff; --panel: #f5f5f1; --ink: #000; --quiet: #444; --rule: #ccc; --link: #000;
        --holds: #16693d; --holds-ground: #eaf5ee; --fails: #a3211a; --fails-ground: #fbe7e5;
        --none: #7a4f00; --none-ground: #fbf0d9;
      }
      @page { margin: 18mm 16mm; }
      html { font-size: 9.5pt; }
      body { display: block; line-height: 1.45; print-color-adjust: exact; -webkit-print-color-adjust: exact; }
      .page { max-width: none; padding: 0; }
      nav, .skip, .downloads, footer, .tools, .sliders, .data, .interactive .sliders { display: none; }
      section { margin-top: 1.5rem; padding-top: 0.8rem; }
      h2, h3, h4, thead { break-after: avoid; }
      figure, .correction, tr, summary, .references li, .reason, .box { break-inside: avoid; }
      .scroll, .scroll:has(> .shown), .bibtex { overflow: visible; max-height: none; }
      .shown thead th { position: static; }
      .bibtex, .commands, .listing { white-space: pre-wrap; overflow-wrap: anywhere; font-size: 7.5pt; }
      table { font-size: 8.5pt; }
      .number { white-space: normal; }
      .preview { table-layout: fixed; font-size: 7.5pt; }
      .preview th { white-space: normal; overflow-wrap: anywhere; }
      .wide { display: revert; }
      .static { max-width: 6.3in; padding: 0; }
      .drawn .charts, .drawn.interactive .charts { display: none; }
      .drawn.interactive .static { display: block; }
    }
    """
}
