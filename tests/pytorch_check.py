"""Runs modules that were exported for PyTorch. Exits with 77 where there is no PyTorch.

pytorch_check.py values CASES GOLDEN
    CASES has a line a case: golden network, module, expected value, expression, parted by tabs. The
    modules lie beside it. GOLDEN has the networks' folders. The bounds that values have to keep are
    checked here, network by network.
pytorch_check.py zen CASES GOLDEN
    CASES has a line a golden network: its name, a module, and the values of a proxy whose weights
    are drawn, of so many seeds, as the program draws them. The module's own have to be spread
    alike.
pytorch_check.py manners FOLDER
    FOLDER has modules with known names. What they leave behind, and what they see in models that
    are written in other ways.
"""
import importlib.util
import math
import pathlib
import re
import struct
import sys

try:
    import torch
    import torch.nn as nn
    import torch.nn.functional as F
except ImportError:
    sys.exit(77)


def load(path):
    """The score function of an exported module, which shows nothing else."""
    spec = importlib.util.spec_from_file_location("exported", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    own = [name for name, value in vars(module).items() if not name.startswith("_")
           and getattr(value, "__module__", None) == "exported"]
    assert own == ["score"], own
    return module.score


# ---- NAS-Bench-201 -------------------------------------------------------------------------------


def triple(fan_in, fan_out, kernel, stride=1):
    return nn.Sequential(
        nn.ReLU(inplace=False),
        nn.Conv2d(fan_in, fan_out, kernel, stride, kernel // 2, bias=False),
        nn.BatchNorm2d(fan_out))


class Nothing(nn.Module):
    def forward(self, x):
        return torch.zeros_like(x)


def edge(operation, width):
    if operation.startswith("nor_conv"):
        return triple(width, width, int(operation[-1]))
    if operation == "avg_pool_3x3":
        return nn.AvgPool2d(3, 1, 1, count_include_pad=False)
    return {"none": Nothing, "skip_connect": nn.Identity}[operation]()


class Cell(nn.Module):
    def __init__(self, text, width):
        super().__init__()
        for to, node in enumerate(text.split("+"), 1):
            for operation in node.strip("|").split("|"):
                name, source = operation.split("~")
                self.add_module(f"e{to}{source}", edge(name, width))

    def forward(self, x):
        nodes = [x]
        for to in (1, 2, 3):
            arrivals = [getattr(self, f"e{to}{source}")(nodes[source]) for source in range(to)]
            nodes.append(sum(arrivals))
        return nodes[3]


class Halving(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.a = triple(width, 2 * width, 3, 2)
        self.b = triple(2 * width, 2 * width, 3)
        self.down = nn.Conv2d(width, 2 * width, 1, bias=False)

    def forward(self, x):
        return self.b(self.a(x)) + self.down(F.avg_pool2d(x, 2))


class Network(nn.Module):
    def __init__(self, facts):
        super().__init__()
        width, cells = int(facts["C"]), int(facts["N"])
        self.stem = nn.Conv2d(3, width, 3, padding=1, bias=False)
        self.first = nn.BatchNorm2d(width)
        blocks = []
        for stage in range(3):
            if stage:
                blocks.append(Halving(width << (stage - 1)))
            blocks += [Cell(facts["arch"], width << stage) for _ in range(cells)]
        self.cells = nn.ModuleList(blocks)
        self.last = nn.BatchNorm2d(4 * width)
        self.fc = nn.Linear(4 * width, int(facts["classes"]))

    def forward(self, x):
        x = self.first(self.stem(x))
        for cell in self.cells:
            x = cell(x)
        features = torch.relu(self.last(x)).mean((2, 3))
        return features, self.fc(features)  # both of two dimensions: the last one is meant


def read_tensors(folder):
    numbers = (folder / "tensors.f32").read_bytes()
    tensors = {}
    for line in (folder / "tensors.txt").read_text().splitlines():
        name, _, *dims, offset = line.split()
        if name.startswith(("data.", "noise.", "perturbed.")):
            continue
        dims = [int(n) for n in dims]
        values = struct.unpack_from(f"<{math.prod(dims)}f", numbers, 4 * int(offset[1:]))
        tensors[name] = torch.tensor(values).reshape(dims)
    return tensors


def golden_network(folder):
    facts = dict(line.split(" ", 1) for line in (folder / "net.txt").read_text().splitlines())
    model, tensors = Network(facts), read_tensors(folder)
    for name, module in model.named_modules():
        if isinstance(module, nn.Conv2d):
            # cells.3.e21.1 is cell3.e21 in the files.
            name = re.sub(r"^cells\.", "cell", re.sub(r"\.1$", "", name))
            module.weight.data.copy_(tensors[f"{name}.weight"])
    model.fc.weight.data.copy_(tensors["fc.weight"])
    model.fc.bias.data.copy_(tensors["fc.bias"])
    return model, [tensors[name] for name in ("input.data", "input.noise", "input.perturbed",
                                              "labels")]


# ---- Values --------------------------------------------------------------------------------------


def kind(value):
    return "finite" if math.isfinite(value) else str(value)


FAR = 0.25  # of what was expected of a reciprocal


def check_network(model, inputs, rows, scores, off):
    """Are the network's values good enough? Notes in `off`, by expression, which are not near."""
    data, noise, perturbed, labels = inputs
    finite = near = other_kind = 0
    for module, expected, expression in rows:
        value = scores[module](model, data, noise=noise, perturbed=perturbed, labels=labels)
        if kind(value) != kind(expected):
            other_kind += 1
            print(f"  {value}, expected {expected}: {expression}")
        elif kind(expected) == "finite":
            close = abs(value - expected) <= max(1e-6, 1e-4 * abs(expected))
            finite, near = finite + 1, near + close
            reciprocal = any(word in expression for word in ("inv(", "div(", "zico"))
            far = not abs(value - expected) <= FAR * abs(expected)
            off.setdefault(expression, []).append(not close and (far or not reciprocal))
            if not close:
                print(f"  {value}, not near {expected}: {expression}")
    print(f"{len(rows)} modules, {near} of {finite} finite values near, "
          f"{other_kind} of another kind")
    return other_kind == 0 and finite > 0 and near >= 0.98 * finite


def check_values(cases, golden):
    """A sign or a count may fall otherwise where a number is all but 0, and 1 over such a number
    shows how other kernels round; but what is off on every network, a reciprocal far off, is
    computed wrongly."""
    networks, scores, off = {}, {}, {}
    for line in pathlib.Path(cases).read_text().splitlines():
        network, module, expected, expression = line.split("\t")
        networks.setdefault(network, []).append((module, float(expected), expression))
        if module not in scores:
            scores[module] = load(pathlib.Path(cases).parent / module)
    good = True
    for network, rows in networks.items():
        print(network, end=": ")
        model, inputs = golden_network(pathlib.Path(golden) / network)
        good = check_network(model, inputs, rows, scores, off) and good
    wrong = [expression for expression, marks in off.items() if all(marks)]
    for expression in wrong:
        print(f"off on every network: {expression}")
    return good and not wrong and len(networks) > 1


def mean_and_error(values):
    mean = sum(values) / len(values)
    variance = sum((value - mean) ** 2 for value in values) / (len(values) - 1)
    return mean, math.sqrt(variance / len(values))


def check_zen(cases, golden):
    good = True
    for line in pathlib.Path(cases).read_text().splitlines():
        network, module, *expected = line.split("\t")
        model, (data, *_) = golden_network(pathlib.Path(golden) / network)
        score = load(pathlib.Path(cases).parent / module)
        own = [score(model, data, seed=seed) for seed in range(len(expected))]
        (a, a_error), (b, b_error) = (mean_and_error([float(value) for value in values])
                                      for values in (own, expected))
        print(f"{network}: {a} +- {a_error}, expected {b} +- {b_error}")
        good = good and abs(a - b) < 4 * math.hypot(a_error, b_error) and a_error < 2 * b_error
    return good


# ---- Manners -------------------------------------------------------------------------------------


class Chain(nn.Module):
    """A stem and three units, with the ReLU that is given."""

    def __init__(self, relu, answer=lambda features, logits: logits):
        super().__init__()
        torch.manual_seed(3)
        self.relu, self.answer = relu, answer
        self.stem = nn.Conv2d(3, 4, 3, padding=1)
        self.first = nn.BatchNorm2d(4)
        self.convs = nn.ModuleList(nn.Conv2d(4, 4, 3, padding=1, bias=i == 1) for i in range(3))
        self.norms = nn.ModuleList(nn.BatchNorm2d(4) for _ in range(3))
        self.drop = nn.Dropout(0.5)
        self.fc = nn.Linear(4, 5)

    def forward(self, x):
        x = self.first(self.stem(x))
        for conv, norm in zip(self.convs, self.norms):
            x = norm(conv(self.relu(x)))
        features = self.drop(self.relu(x)).mean((2, 3))
        return self.answer(features, self.fc(features))


def in_place(x):
    x.relu_()
    return x


SPELLINGS = {
    "a module": nn.ReLU(),
    "a module in place": nn.ReLU(inplace=True),
    "functional.relu": F.relu,
    "functional.relu in place": lambda x: F.relu(x, inplace=True),
    "functional.relu_": F.relu_,
    "torch.relu": torch.relu,
    "torch.relu_": torch.relu_,
    "Tensor.relu": lambda x: x.relu(),
    "Tensor.relu_": in_place,
}


def image():
    return torch.randn(4, 3, 8, 8, generator=torch.Generator().manual_seed(5))


def spellings_are_alike(scores):
    for name in ("everything", "gradients", "classic", "units"):
        values = {text: scores[name](Chain(relu), image()) for text, relu in SPELLINGS.items()}
        assert math.isfinite(values["a module"]) and len(set(values.values())) == 1, values
    assert values["a module"] == 3


def answers_are_alike(scores):
    answers = [lambda f, l: l, lambda f, l: (f, l), lambda f, l: [l],
               lambda f, l: {"features": f, "logits": l}, lambda f, l: (None, l, l.sum())]
    values = {scores["everything"](Chain(nn.ReLU(), answer), image()) for answer in answers}
    assert len(values) == 1, values


def surroundings_do_not_matter(scores):
    for name in ("everything", "classic"):
        model, batch, score = Chain(nn.ReLU()), image(), scores[name]
        expected = score(model, batch)
        assert score(model.eval(), batch) == expected
        with torch.no_grad():
            assert score(model, batch) == expected
        with torch.inference_mode():
            assert score(model, batch) == score(model, batch.clone()) == expected
        for parameter in model.parameters():
            parameter.requires_grad_(False)
        assert score(model, batch) == expected
    assert scores["params"](model, batch) == 0
    model.convs[1].bias.requires_grad_(True)
    assert scores["params"](model, batch) == 4


def seeds_name_the_noise(scores):
    model, batch = Chain(nn.ReLU()), image()
    for name in ("noise", "perturbation"):
        values = [scores[name](model, batch, seed=seed) for seed in (1, 2, 1, 0)]
        assert values[0] == values[2] != values[1], values
        assert values[3] == scores[name](model, batch)
    noise, other = torch.zeros_like(batch), batch.clone()
    assert scores["noise"](model, batch, noise=noise) != scores["noise"](model, batch)
    assert scores["perturbation"](model, batch, perturbed=other) == 0


class Recorder(Chain):
    """Keeps what it is run on, and does things to it."""

    def forward(self, x):
        self.seen.append((x.detach().clone(), torch.is_grad_enabled()))
        return super().forward(x.mul_(2))


def only_needed_passes_are_run(scores):
    expected = {  # of each pass, whether it is one with gradients
        "params": [], "units": [False], "noise": [False], "gradients": [True],
        "perturbation": [False, False], "everything": [True, True, True]}
    for name, passes in expected.items():
        model = Recorder(nn.ReLU())
        model.seen = []
        scores[name](model, image())
        assert [gradients for _, gradients in model.seen] == passes, name
    inputs = [x for x, _ in model.seen]
    data, = [x for x in inputs if torch.equal(x, image())]
    noise, difference = sorted((x - data for x in inputs if x is not data),
                               key=lambda x: -float(x.std()))
    noise = noise + data
    assert 0.9 < float(noise.std()) < 1.1 and 0.09 < float(difference.std()) < 0.11
    alike = torch.corrcoef(torch.stack([noise.flatten(), difference.flatten()]))[0, 1]
    assert abs(float(alike)) < 0.2


def snapshot(model, batch):
    hooks = [len(module._forward_hooks) + len(module._forward_pre_hooks)
             + len(module._backward_hooks) for module in model.modules()]
    return {
        "state": {name: value.clone() for name, value in model.state_dict().items()},
        "objects": [id(parameter) for parameter in model.parameters()],
        "modes": [module.training for module in model.modules()],
        "frozen": [parameter.requires_grad for parameter in model.parameters()],
        "gradients": [None if parameter.grad is None else parameter.grad.clone()
                      for parameter in model.parameters()],
        "hooks": hooks,
        "batch": batch.clone(),
        "random": torch.random.get_rng_state(),
        "surroundings": [torch.is_grad_enabled(), batch.requires_grad, batch.grad],
    }


def same(a, b):
    if isinstance(a, torch.Tensor):
        return isinstance(b, torch.Tensor) and torch.equal(a, b)
    if isinstance(a, dict):
        return a.keys() == b.keys() and all(same(a[key], b[key]) for key in a)
    if isinstance(a, list):
        return len(a) == len(b) and all(same(x, y) for x, y in zip(a, b))
    return a == b


def particular_model(answer=lambda features, logits: logits):
    """With modes, gradients and hooks of its own."""
    model = Chain(nn.ReLU(inplace=True), answer).train()
    model.norms[1].eval()
    model.convs[0].weight.requires_grad_(False)
    model.fc.weight.grad = torch.ones_like(model.fc.weight)
    model.convs[2].register_forward_hook(lambda *_: None)
    return model


def fails(features, logits):
    raise KeyError("on purpose")


def models_are_left_as_they_were(scores):
    batch = image()
    for name, score in scores.items():
        model = particular_model()
        before = snapshot(model, batch)
        score(model, batch)
        assert same(before, snapshot(model, batch)), name
    for answer, error in ((fails, KeyError), (lambda f, l: l.sum(), ValueError)):
        model = particular_model(answer)
        before = snapshot(model, batch)
        try:
            scores["everything"](model, batch)
        except error:
            pass
        else:
            raise AssertionError("no error")
        assert same(before, snapshot(model, batch)), error


class Odd(nn.Module):
    """One of several bodies on a ReLU's output."""

    def __init__(self, body):
        super().__init__()
        torch.manual_seed(1)
        self.body = body
        self.one, self.two = (nn.Conv2d(3, 3, 3, padding=1) for _ in range(2))
        self.norm, self.other = nn.BatchNorm2d(3), nn.BatchNorm2d(3)

    def forward(self, x):
        return self.body(self, torch.relu(x)).mean(3).sum(2)


def only_triples_are_units(scores):
    bodies = {
        2: lambda m, r: m.norm(m.one(r)) + m.other(m.two(r)),  # a ReLU that two units read
        1: lambda m, r: m.norm(m.one(r)) + m.two(r),  # the second has no BatchNorm
        0: lambda m, r: m.norm(m.one(r.add_(1))),  # not what the ReLU put out
    }
    for count, body in bodies.items():
        assert scores["units"](Odd(body), image()) == count, count
    assert scores["units"](Odd(lambda m, r: m.norm(F.conv2d(r, m.one.weight))), image()) == 1
    none = Odd(lambda m, r: m.norm(m.one(r + 0)))
    assert scores["units"](none, image()) == 0
    assert math.isnan(scores["everything"](none, image()))


def gradients_are_of_the_branch(scores):
    """What else reads a ReLU's output does not change the gradients of a unit that does."""
    weights = torch.linspace(0, 1, 8)
    bodies = [
        lambda m, r: m.norm(m.one(r)) * weights,
        lambda m, r: (m.norm(m.one(r)) + m.other(m.two(r))) * weights,
        lambda m, r: m.norm(m.one(r)) * weights + 5 * r * r,
    ]
    values = [scores["first"](Odd(body), image()) for body in bodies]
    assert values[0] > 0 and all(math.isclose(v, values[0], rel_tol=1e-5) for v in values), values


def labels_are_of_the_images(scores):
    """Given, or drawn by the seed; what does not read them does not depend on them."""
    model, batch = Chain(nn.ReLU()), image()
    classes = torch.tensor([0, 4, 2, 2])
    given = scores["loss"](model, batch, labels=classes)
    assert scores["loss"](model, batch, labels=[0, 4, 2, 2]) == given
    assert scores["loss"](model, batch, labels=classes + 5) == given
    assert scores["loss"](model, batch, labels=classes.flip(0)) != given
    drawn = [scores["loss"](model, batch, seed=seed) for seed in (1, 2, 1, 0)]
    assert drawn[0] == drawn[2] != drawn[1] and drawn[3] == scores["loss"](model, batch)
    assert scores["swap"](model, batch, labels=classes) == scores["swap"](model, batch)


def patterns_are_told_apart(scores):
    """Of more images than a word has bits, too."""
    model, batch = Chain(nn.ReLU()), torch.randn(
        70, 3, 8, 8, generator=torch.Generator().manual_seed(6))
    for images in (1, 62, 63, 70):
        seen = []
        hook = model.relu.register_forward_hook(
            lambda module, inputs, output: seen.append((output > 0).flatten(1)))
        with torch.no_grad():
            model.train()(batch[:images])
        hook.remove()
        columns = torch.cat(seen, 1).t().tolist()
        expected = len({tuple(column) for column in columns})
        assert scores["swap"](model, batch[:images]) == expected > 1, images


class Shared(nn.Module):
    """One convolution that is run twice, and a linear layer in place of the last."""

    def __init__(self):
        super().__init__()
        torch.manual_seed(4)
        self.conv, self.norm = nn.Conv2d(3, 3, 3, padding=1), nn.BatchNorm2d(3)
        self.fc = nn.Linear(3, 5)

    def forward(self, x):
        for _ in range(2):
            x = self.norm(self.conv(torch.relu(x)))
        return self.fc(x.mean((2, 3)))


def weights_that_are_shared_count_once(scores):
    model, batch, labels = Shared(), image(), torch.tensor([0, 1, 2, 3])
    loss = F.cross_entropy(model.train()(batch), labels)
    weights = [model.conv.weight, model.fc.weight]
    expected = sum(float((weight * gradient).abs().sum())
                   for weight, gradient in zip(weights, torch.autograd.grad(loss, weights)))
    value = scores["snip"](model, batch, labels=labels)
    assert math.isclose(value, expected, rel_tol=1e-5), (value, expected)


class Pooled(Chain):
    """The same network, pooled in other ways, and asked for a weight's type after that."""

    def __init__(self, pool):
        super().__init__(nn.ReLU())
        self.pool = pool

    def forward(self, x):
        x = self.first(self.stem(x))
        for conv, norm in zip(self.convs, self.norms):
            x = norm(conv(self.relu(x)))
        return self.fc(self.pool(self.relu(x)).to(self.convs[0].weight.dtype))


POOLS = {
    "mean": lambda x: x.mean((2, 3)),
    "mean of a mean": lambda x: torch.mean(torch.mean(x, -1), -1),
    "adaptive": lambda x: F.adaptive_avg_pool2d(x, 1).flatten(1),
    "average": lambda x: F.avg_pool2d(x, 8).view(len(x), -1),
    "module": nn.Sequential(nn.AdaptiveAvgPool2d((1, 1)), nn.Flatten()),
}


def pools_are_alike(scores):
    values = [scores["zen"](Pooled(pool), image()) for pool in POOLS.values()]
    assert math.isfinite(values[0]), values
    assert all(math.isclose(value, values[0], rel_tol=1e-6) for value in values), values
    squeezed = Pooled(POOLS["adaptive"])
    squeezed.stem = nn.Conv2d(3, 4, 8)  # maps of one pixel from the beginning
    assert math.isfinite(scores["zen"](squeezed, image()))


def weights_may_be_computed(scores):
    """In every pass anew, with the same numbers."""
    model, other, batch = Chain(nn.ReLU()), Chain(nn.ReLU()), image()
    for i in (0, 2):
        nn.utils.weight_norm(other.convs[i])
    for name in ("zen", "synflow", "snip"):
        a, b = scores[name](model, batch), scores[name](other, batch)
        assert math.isclose(a, b, rel_tol=1e-5), (name, a, b)


def weights_may_be_tied(scores):
    model, batch = Chain(nn.ReLU()), image()
    model.convs[1].weight = model.convs[0].weight
    for name in ("zen", "synflow", "snip", "classic"):
        assert math.isfinite(scores[name](model, batch)), name


def ends_are_as_the_program_s(scores):
    """Of networks without a ReLU, of one image, of one value a channel."""
    tanh = Chain(torch.tanh)
    assert scores["nwot"](tanh, image()) == -math.inf and scores["swap"](tanh, image()) == 0
    one = image()[:1]
    assert scores["l2_norm"](Chain(nn.ReLU()), one) == scores["l2_norm"](Chain(nn.ReLU()), image())
    assert math.isnan(scores["zico"](Chain(nn.ReLU()), one))
    small = Chain(nn.ReLU())
    small.stem = nn.Conv2d(3, 4, 8)
    for name in ("snip", "grasp", "fisher", "zico"):
        assert not math.isinf(scores[name](small, image()[:3])), name
    assert scores["snip"](small, one) == 0


def check_manners(folder):
    scores = {path.stem: load(path) for path in pathlib.Path(folder).glob("*.py")}
    for check in (spellings_are_alike, answers_are_alike, surroundings_do_not_matter,
                  seeds_name_the_noise, only_needed_passes_are_run, models_are_left_as_they_were,
                  only_triples_are_units, gradients_are_of_the_branch, labels_are_of_the_images,
                  patterns_are_told_apart, weights_that_are_shared_count_once, pools_are_alike,
                  weights_may_be_computed, weights_may_be_tied, ends_are_as_the_program_s):
        check(scores)
    return True


if __name__ == "__main__":
    sys.dont_write_bytecode = True
    torch.set_num_threads(1)
    check = {"values": check_values, "zen": check_zen, "manners": check_manners}[sys.argv[1]]
    sys.exit(0 if check(*sys.argv[2:]) else 1)
