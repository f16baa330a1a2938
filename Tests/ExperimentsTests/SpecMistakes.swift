extension SpecMistakeTests {
  /// Settings, and all that is said of them.
  static let mistakes: [(set: [String], problems: [String])] = [
    (["optimizer.batch=5"], ["optimizer.batch: expected a whole number from 1 to 4, the number of samples, found 5."]),
    (
      ["optimizer.batch=1,5,9"],
      [
        "optimizer.batch[1]: expected a whole number from 1 to 4, the number of samples, found 5.",
        "optimizer.batch[2]: expected a whole number from 1 to 4, the number of samples, found 9.",
      ]
    ),
    (
      ["optimizer.batch=null"],
      ["optimizer.batch: expected a whole number from 1 to 4, the number of samples, found nothing."]
    ),
    (["optimizer.batch=0"], ["optimizer.batch: expected a whole number from 1 to 2147483647, found 0."]),
    (
      ["optimizer.batch=[[1,2]]"],
      ["optimizer.batch[0]: expected a whole number from 1 to 2147483647, found a list of 2."]
    ),
    (["optimizer.batch=2.5"], ["optimizer.batch: expected a whole number from 1 to 2147483647, found 2.5."]),
    (["optimizer.batch=\"2\""], ["optimizer.batch: expected a whole number from 1 to 2147483647, found \"2\"."]),
    (["optimizer.batch=[]"], ["optimizer.batch: expected at least one value, found an empty list."]),
    (["optimizer.bach=3"], ["optimizer.bach: expected a known key, found \"bach\". Did you mean \"batch\"?"]),
    (["sedes.master=3"], ["sedes: expected a known key, found \"sedes\". Did you mean \"seeds\"?"]),
    (["init.norms=3"], ["init.norms: expected a known key, found \"norms\". Did you mean \"norm\"?"]),
    (
      ["optimizer.stop.until=3"],
      ["optimizer.stop.until: expected a known key, found \"until\". Known: when, radius, tolerance, every."]
    ),
    (["record.evry=3"], ["record.evry: expected a known key, found \"evry\". Did you mean \"every\"?"]),
    (
      ["seeds.x=3"],
      ["seeds.x: expected a known key, found \"x\". Known: master, data, initialization, order, measurement, trials."]
    ),
    (["optimizer.step=0"], ["optimizer.step: expected a positive number, found 0."]),
    (["optimizer.step=true"], ["optimizer.step: expected a positive number, or an object, found true."]),
    (["optimizer.step=-0.1,0.1"], ["optimizer.step[0]: expected a positive number, found -0.1."]),
    (["optimizer.step=null"], ["optimizer.step: expected a positive number, or an object, found nothing."]),
    (["optimizer.steps=-1"], ["optimizer.steps: expected a whole number from 0 to 4294967295, found -1."]),
    (["optimizer.steps=1e10"], ["optimizer.steps: expected a whole number from 0 to 4294967295, found 10000000000."]),
    (["optimizer.stop.tolerance=1"], ["optimizer.stop.tolerance: expected a number from 0 to below 1, found 1."]),
    (
      ["optimizer.stop=converged"],
      [
        "optimizer.stop: expected an object, found \"converged\". Its keys: when, radius, tolerance, every."
      ]
    ),
    (
      ["optimizer.order=randm"],
      [
        "optimizer.order: expected \"iid\", \"subset\", \"reshuffle\", \"cyclic\", \"blocks\", \"full\" or \"replay\", found \"randm\"."
      ]
    ),
    (
      ["optimizer.order=cylic"],
      [
        "optimizer.order: expected \"iid\", \"subset\", \"reshuffle\", \"cyclic\", \"blocks\", \"full\" or \"replay\", found \"cylic\". Did you mean \"cyclic\"?"
      ]
    ),
    (
      ["optimizer.order=full"],
      ["optimizer.batch: expected no batch size for the order \"full\", found 2. The full batch has 4 samples."]
    ),
    (
      ["optimizer.order=[\"full\",\"iid\"]", "optimizer.batch=2,4"],
      [
        "optimizer.batch[0]: expected no batch size for the order \"full\", found 2. The full batch has 4 samples."
      ]
    ),
    (["optimizer.order=replay"], ["optimizer.order: expected either batches or a file, found neither."]),
    (
      ["optimizer.order={\"kind\":\"replay\",\"batches\":[[0],[9]]}"],
      [
        "optimizer.order.batches[1][0]: expected an index from 0 to 3, found 9. Indices count from 0."
      ]
    ),
    (
      ["optimizer.order={\"kind\":\"replay\",\"batches\":[[0],[]]}"],
      [
        "optimizer.order.batches[1]: expected at least one index, found an empty batch."
      ]
    ),
    (
      ["optimizer.order={\"kind\":\"replay\",\"batches\":[]}"],
      ["optimizer.order.batches: expected at least one batch, found none."]
    ),
    (
      ["optimizer.order={\"kind\":\"replay\",\"batches\":[[0],[1]]}", "optimizer.batch=null"],
      [
        "optimizer.steps: expected at most 2, the number of replayed batches, found 40. Lower the number of steps, or write more batches."
      ]
    ),
    (
      ["optimizer.order={\"kind\":\"replay\",\"batches\":[[0]]}", "optimizer.steps=1"],
      [
        "optimizer.batch: expected no batch size for the order \"replay\", found 2. The replayed batches have their own sizes."
      ]
    ),
    (
      ["optimizer.order={\"kind\":\"replay\",\"batches\":[[0,-1]]}"],
      [
        "optimizer.order.batches[0][1]: expected a whole number from 0 to 2147483647, found -1."
      ]
    ),
    (
      ["optimizer=\"sgd\""],
      [
        "optimizer.step: expected a positive number, or an object, found nothing.",
        "optimizer.order: expected an object whose \"kind\" is \"iid\", \"subset\", \"reshuffle\", \"cyclic\", \"blocks\", \"full\" or \"replay\", found nothing.",
        "optimizer.steps: expected a whole number from 0 to 4294967295, found nothing.",
      ]
    ),
    (["optimizer=adam"], ["optimizer: expected \"sgd\", found \"adam\"."]),
    (["optimizer=3"], ["optimizer: expected an object whose \"kind\" is \"sgd\", found 3."]),
    (
      ["optimizer.step={\"base\":1,\"warmUp\":{\"kind\":\"linera\",\"factor\":0,\"until\":2}}"],
      [
        "optimizer.step.warmUp.kind: expected \"linear\", \"squareRoot\" or \"factorPerPercent\", found \"linera\". Did you mean \"linear\"?",
        "optimizer.step.warmUp.factor: expected a positive number, found 0.",
        "optimizer.step.warmUp.until: expected a fraction from 0 to 1, found 2.",
      ]
    ),
    (
      ["optimizer.step=[0.1,{\"base\":1,\"decays\":[{\"at\":0.5,\"divideBy\":2},{\"at\":0.4,\"divideBy\":2}]}]"],
      [
        "optimizer.step[1].decays[1].at: expected an ascending fraction from 0 to 1, found 0.4."
      ]
    ),
    (
      ["optimizer.step={\"base\":1,\"pieces\":[{\"from\":3,\"value\":1},{\"from\":3,\"value\":0}]}"],
      [
        "optimizer.step.pieces[1].value: expected a positive number, found 0."
      ]
    ),
    (
      ["optimizer.step={\"base\":1,\"pieces\":[{\"from\":3,\"value\":1},{\"from\":3,\"value\":2}]}"],
      [
        "optimizer.step.pieces[1].from: expected an ascending step from 0, found 3."
      ]
    ),
    (
      ["problem=autoencodr"],
      ["problem: expected KINDS, found \"autoencodr\". Did you mean \"autoencoder\"?"]
    ),
    (
      ["problem=null"],
      ["problem: expected an object whose \"kind\" is KINDS, found nothing."]
    ),
    (["problem.kind=null"], ["problem.kind: expected KINDS, found nothing."]),
    (
      ["problem.kind=[\"autoencoder\",\"leastSquares\"]"],
      ["problem.kind: expected KINDS, found a list of 2."]
    ),
    (["problem=autoencoder"], ["problem.features: expected m, a whole number from 1 to 1000000, found nothing."]),
    (
      ["problem.features=7"],
      [
        "problem.features: expected a number of data vectors from 1 to the dimension, 6, found 7. Linearly independent vectors need at least as many dimensions."
      ]
    ),
    (["problem.features=4,0"], ["problem.features[1]: expected a whole number from 1 to 1000000, found 0."]),
    (
      ["problem=[{\"kind\":\"autoencoder\",\"features\":[4,0]}]"],
      ["problem[0].features[1]: expected a whole number from 1 to 1000000, found 0."]
    ),
    (
      ["problem={\"kind\":\"autoencoder\",\"features\":9000}"],
      [
        "problem.dimension: expected at most 50000000 entries, features times dimension, found 81000000. For orthonormal data only the norm of w outside of their span matters: a smaller dimension will do."
      ]
    ),
    (["problem.data=equicorrelated"], ["problem.data.correlation: expected a finite number, found nothing."]),
    (
      ["problem.data={\"kind\":\"equicorrelated\",\"correlation\":[0.5,-0.9]}"],
      [
        "problem.data.correlation[1]: expected a value above -0.3333333333333333 and below 1 for 4 vectors, found -0.9."
      ]
    ),
    (
      ["problem={\"kind\":\"leastSquares\",\"data\":{\"kind\":\"gaussian\",\"samples\":5}}"],
      [
        "problem.data.dimension: expected a whole number from 1 to 100000, found nothing."
      ]
    ),
    (
      ["problem.data={\"kind\":\"equicorrelated\",\"correlation\":0.1}", "record.final=[\"lossGap\"]"],
      [
        "record.final: expected measures that exist for this data, found \"lossGap\". The smallest loss is known for orthonormal data only."
      ]
    ),
    (
      [
        "problem.data={\"kind\":\"equicorrelated\",\"correlation\":0.1}",
        "init={\"kind\":\"coefficients\",\"values\":[1,2,3,4]}",
      ],
      [
        "init.kind: expected a start that needs no orthonormal data, found \"coefficients\". Coefficients say where w is only if the data vectors are orthonormal."
      ]
    ),
    (
      ["init={\"kind\":\"coefficients\",\"values\":[0.1]}"],
      ["init.values: expected 4 numbers, one a data vector, found 1."]
    ),
    (
      ["init={\"kind\":\"coefficients\",\"values\":[[1,2,3,4],[0.1]]}"],
      ["init.values[1]: expected 4 numbers, one a data vector, found 1."]
    ),
    (
      ["init={\"kind\":\"coefficients\",\"values\":[1,2,3,4],\"orthogonalNorm\":1}", "problem.dimension=4"],
      [
        "init.orthogonalNorm: expected 0, because the data span all 4 dimensions, found 1."
      ]
    ),
    (["init={\"kind\":\"parameters\",\"values\":[]}"], ["init: expected 6 numbers, the parameters, found 0."]),
    (
      ["init={\"kind\":\"parameters\",\"values\":[1,\"a\",null]}"],
      [
        "init.values[1]: expected a finite number, found \"a\".",
        "init.values[2]: expected a finite number, found null.",
      ]
    ),
    (["init=gaussian"], ["init.norm: expected a positive number, found nothing."]),
    (
      ["init.kind=gausian"],
      [
        "init.kind: expected \"gaussian\", \"sphere\", \"zeros\", \"coefficients\", \"near\", \"pyTorch\", \"he\", \"xavier\", \"layers\", \"constants\", \"parameters\" or \"file\", found \"gausian\". Did you mean \"gaussian\"?"
      ]
    ),
    (["seeds.master=-1"], ["seeds.master: expected a whole number from 0 to 18446744073709551615, found -1."]),
    (
      ["seeds.master=18446744073709551616"],
      ["seeds.master: expected a whole number from 0 to 18446744073709551615, found 1.8446744073709552e+19."]
    ),
    (["seeds.trials=1,2"], ["seeds.trials: expected a whole number from 1 to 100000000, found a list of 2."]),
    (
      ["seeds=3"],
      ["seeds: expected an object, found 3. Its keys: master, data, initialization, order, measurement, trials."]
    ),
    (["name=a,b"], ["name: expected a text, found a list of 2."]),
    (["record=3"], ["record: expected an object, found 3. Its keys: every, series, final."]),
    (
      ["record.series=[\"coefficients\"]"],
      [
        "record.series[0]: expected a measure that is one number, found \"coefficients\". Known: maxCosine, misalignment, selectedIndex, loss, lossGap, squaredNorm, activeEnergy, runnerUpRatio, logRatio, steps."
      ]
    ),
    (
      ["record.final=[\"gradientNorm\"]"],
      [
        "record.final[0]: expected a measure of this problem, found \"gradientNorm\". Known: maxCosine, misalignment, selectedIndex, loss, lossGap, squaredNorm, activeEnergy, runnerUpRatio, logRatio, steps, coefficients."
      ]
    ),
    (["record.final=[\"loss\",\"loss\"]"], ["record.final[1]: expected each name once, found \"loss\" again."]),
    (
      ["optimizer.steps={\"range\":[1,10,5]}"],
      [
        "optimizer.steps[1]: expected a whole number from 0 to 4294967295, found 3.25.",
        "optimizer.steps[2]: expected a whole number from 0 to 4294967295, found 5.5.",
        "optimizer.steps[3]: expected a whole number from 0 to 4294967295, found 7.75.",
      ]
    ),
    (
      ["optimizer.steps={\"range\":[1,10]}"],
      ["optimizer.steps.range: expected [a, b, n], n values from a to b, found [1,10]."]
    ),
    (
      ["optimizer.step={\"range\":[1,2,1]}"],
      ["optimizer.step.range: expected [a, b, n], n values from a to b, found [1,2,1]."]
    ),
    (
      ["optimizer.step={\"range\":[1,2,0]}"],
      ["optimizer.step.range: expected [a, b, n], n values from a to b, found [1,2,0]."]
    ),
    (
      ["optimizer.step={\"range\":[1,2,2.5]}"],
      ["optimizer.step.range: expected [a, b, n], n values from a to b, found [1,2,2.5]."]
    ),
    (
      ["optimizer.step={\"range\":\"1,2\"}"],
      ["optimizer.step.range: expected [a, b, n], n values from a to b, found \"1,2\"."]
    ),
    (
      ["optimizer.step={\"logspace\":[-1,10,5]}"],
      [
        "optimizer.step.logspace: expected [a, b, n], n values from a to b, both positive, found [-1,10,5]."
      ]
    ),
    (
      ["optimizer.step={\"range\":[1,2,3],\"x\":1}"],
      [
        "optimizer.step.base: expected a positive number, found nothing.",
        "optimizer.step.range: expected a known key, found \"range\". Known: base, warmUp, decays, pieces.",
        "optimizer.step.x: expected a known key, found \"x\". Known: base, warmUp, decays, pieces.",
      ]
    ),
    (["zip=3"], ["zip: expected a list, each entry a list, each entry a text, found 3."]),
    (
      ["zip=[4,[3,\"optimizer.bach\"]]", "optimizer.batch=1,2"],
      [
        "zip[1][1]: expected the place of an axis, found \"optimizer.bach\". Did you mean \"optimizer.batch\"?",
        "zip[0]: expected a list, each entry a text, found 4.", "zip[1][0]: expected a text, found 3.",
      ]
    ),
    (
      ["zip=[[\"optimizer.step\"]]"],
      ["zip[0][0]: expected the place of an axis, found \"optimizer.step\". The spec has no axes."]
    ),
    (
      ["zip=[[\"optimizer.batch\",\"optimizer.step\"]]", "optimizer.batch=1,2", "optimizer.step=1,2,3"],
      [
        "zip[0]: expected axes of one length, found optimizer.step with 3, optimizer.batch with 2."
      ]
    ),
    (
      ["zip=[[\"optimizer.batch\"],[\"optimizer.batch\"]]", "optimizer.batch=1,2"],
      [
        "zip[1][0]: expected each axis once, found \"optimizer.batch\" again."
      ]
    ),
    (
      ["optimizer.steps=1e2,100,200"],
      [
        "grid: expected configurations that differ, found the same one for optimizer.steps[0] and optimizer.steps[1]. Take the value away that stands twice."
      ]
    ),
    (
      [
        "problem=[{\"kind\":\"autoencoder\",\"features\":4},{\"kind\":\"autoencoder\",\"features\":[3,4]}]",
        "optimizer.batch=1,2",
      ],
      [
        "grid: expected configurations that differ, found the same one for problem[0] and problem[1].features[1]. Take the value away that stands twice."
      ]
    ),
    (
      [
        "optimizer.steps={\"range\":[0,100000,100001]}", "optimizer.batch=1,2,3,4", "seeds.order={\"range\":[1,10,10]}",
      ],
      [
        "grid: expected at most 1000000 configurations, found optimizer.batch: 4, optimizer.steps: 100001, seeds.order: 10. Axes multiply; \"zip\" lets some advance together."
      ]
    ),
    (
      [
        "problem=[{\"kind\":\"autoencoder\",\"features\":{\"range\":[1,1e6,1e6]},\"dimension\":{\"range\":[1,1e6,1e6]}}]"
      ],
      [
        "problem: expected at most 1000000 values, found more, with the axes inside of them."
      ]
    ),
  ]
}
