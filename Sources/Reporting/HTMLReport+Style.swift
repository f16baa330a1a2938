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
      margin: 0 auto; padding: 2.5rem 1.25rem 4rem; max-width: 62rem; background: var(--ground); color: var(--ink);
      font: 1rem/1.6 system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", "DejaVu Sans", sans-serif;
      overflow-wrap: break-word;
    }
    a { color: var(--link); text-decoration-thickness: 0.06em; text-underline-offset: 0.15em; }
    a, code { overflow-wrap: anywhere; }
    code, pre { font: 0.9em/1.5 ui-monospace, "SF Mono", Menlo, Consolas, "DejaVu Sans Mono", monospace; }
    p { margin: 0.6rem 0; }
    h1, h2, h3, h4 { line-height: 1.25; text-wrap: balance; }
    h1 { font-size: clamp(1.6rem, 1.2rem + 2vw, 2.4rem); letter-spacing: -0.015em; margin: 0.2rem 0 1rem; }
    h2 { font-size: 1.45rem; letter-spacing: -0.01em; margin: 0 0 1rem; }
    h3 { font-size: 1.1rem; margin: 0 0 0.5rem; }
    h4 { font-size: 0.92rem; margin: 1rem 0 0.3rem; }
    section { margin-top: 3rem; padding-top: 1.5rem; border-top: 1px solid var(--rule); }
    section, article, figure { scroll-margin-top: 1rem; }
    .prose, .statement, figcaption, .remark, .convention, .reason, .note { max-width: 46rem; }
    .kicker { margin: 0; color: var(--quiet); font-size: 0.92rem; }
    nav ul { display: flex; flex-wrap: wrap; gap: 0.3rem 1.2rem; margin: 1.5rem 0 0; padding: 0; list-style: none; }
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
    .overview tbody th { white-space: nowrap; }
    .checks tbody th { min-width: 10rem; }
    .number { text-align: right; white-space: nowrap; font-variant-numeric: tabular-nums; }
    .shown small { white-space: nowrap; }
    td small { color: var(--quiet); }
    .pass { text-align: center; }
    .mark { font-weight: 700; color: var(--holds); }
    .unmet .mark, .fails .mark { color: var(--fails); }
    .claim, .table { margin: 0 0 1.2rem; padding: 1.1rem 1.3rem; border: 1px solid var(--rule); border-radius: 0.5rem; }
    .claim { border-left: 0.25rem solid var(--holds); }
    .claim.fails { border-left-color: var(--fails); }
    .claim.notApplicable { border-left-color: var(--none); }
    .claim:target { box-shadow: 0 0 0 2px var(--link); }
    .claim .id { margin-right: 0.3rem; color: var(--quiet); font-weight: 400; text-decoration: none; }
    .claim .id:hover { text-decoration: underline; }
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
    figure { margin: 0 0 2.5rem; }
    .reason + figure { margin-top: 1.5rem; }
    .static { display: block; width: 100%; max-width: 48rem; height: auto; margin: 0 auto; padding: 0.5rem;
      background: #fff; border-radius: 0.4rem; }
    .charts { display: none; }
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
      body { padding: 1.5rem 1rem 3rem; }
      .wide { display: none; }
      .claim, .table { padding: 0.9rem 1rem; }
      .correction, .interactive .charts.several { grid-template-columns: minmax(0, 1fr); }
      .correction > div:first-child { border-radius: 0.4rem 0.4rem 0 0; }
      .correction > div:last-child { border-radius: 0 0 0.4rem 0.4rem; }
      .overview thead { display: none; }
      .overview tr { display: grid; grid-template-columns: 1fr auto; gap: 0.2rem 0.5rem; padding: 0.5rem 0;
        border-bottom: 1px solid var(--rule); }
      .overview tbody th, .overview td { padding: 0; border: 0; }
      .overview td:nth-child(2) { grid-column: 1 / -1; order: 1; }
      .overview td.wide { display: none; }
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
      body { max-width: none; padding: 0; line-height: 1.45; print-color-adjust: exact;
        -webkit-print-color-adjust: exact; }
      nav, .downloads, footer { display: none; }
      section { margin-top: 1.5rem; padding-top: 0.8rem; }
      h2, h3, h4, thead { break-after: avoid; }
      figure, .claim, .correction, tr, .references li, .reason, .box { break-inside: avoid; }
      .scroll, .scroll:has(> .shown), .bibtex { overflow: visible; max-height: none; }
      .shown thead th { position: static; }
      .bibtex { white-space: pre-wrap; overflow-wrap: anywhere; font-size: 7.5pt; }
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
