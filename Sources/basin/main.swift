import Dispatch
import Reporting
import Studies
let context = StudyContext(masterSeed: UInt64(CommandLine.arguments.dropFirst().first ?? "1") ?? 1, workers: 2, effort: .standard)
let only = Set(CommandLine.arguments.dropFirst(2))
let s = AutoencoderStudy.study
let sel = Study(name: s.name, title: s.title, summary: s.summary, citations: s.citations, corrections: s.corrections, entries: s.entries.filter { only.isEmpty || only.contains(String($0.id.split(separator: ".")[1])) })
var last = DispatchTime.now().uptimeNanoseconds; var lastID = ""
let report = try sel.run(context, version: "dev", command: "x") { d, id in
  let now = DispatchTime.now().uptimeNanoseconds
  if !lastID.isEmpty { print(lastID, Double(now - last) * 1e-9) }
  last = now; lastID = id
}
print(ClaimTable(report.claims, width: 170).text)
if !only.isEmpty { for c in report.claims { print(c.id); for k in c.checks { print("   ", k.passes ? "ok  " : "FAIL", k.name, "| pred", k.prediction, "meas", k.measurement, k.error, k.tolerance) }; for h in c.hypotheses { print("   hyp", h.holds, h.statement, h.found) } } }
let w = try ReportWriter().write(report, to: "/work/tmp/report")
print(w.files.count, w.missingFigures ?? "", report.provenance.seconds)
