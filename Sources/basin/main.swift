import Descent
import Numerics
import Objectives
let seeds = Seeds(master: 1)
for (order, b, label) in [(SamplingOrder.iid, 1, "iid1"), (.subset, 1, "subset1"), (.cyclic, 1, "cyclic1")] {
  for w in [1, 2] {
    let opts = DescentOptions(order: order, batchSize: b, schedule: .constant(0.2), budget: 40000, seeds: seeds)
    let plan = RunPlan<AutoencoderState>(budget: 40000, stopping: StoppingRules(cadence: .every(1 << 20)), finals: [Measure("mis") { $0.misalignment(.relu) }])
    let r = try Ensemble.run(trials: 0..<(640*w), workers: w, plan: plan, seeds: seeds, makeEngine: { () throws(InputError) in try AutoencoderEngine(count: 20, activation: .relu, options: opts) }) { t in
      var st = RandomStream(seeds.key(.initialization, trial: t))
      let x = st.sphere(count: 100, radius: 0.5)
      return AutoencoderState(coefficients: Array(x[0..<20]), perpendicular: x[20...].reduce(0) { $0 + $1*$1 }.squareRoot())
    }
    print(label, w, "workers:", r.seconds / Double(640*w*40000) * 1e9 * Double(w), "ns/step/member per core", r.finals("mis").max()!)
  }
}
