"""A zero-cost proxy: one number for a convolutional network that has not been trained.

EXPRESSION

    score(model, batch)               # a float; how much better is higher depends on the proxy
    score(model, batch, seed=7)       # other noise, where the proxy draws any
    score(model, batch, labels=classes)   # of the images, where the proxy reads them

model is any torch.nn.Module of ReLU, Conv2d and BatchNorm2d layers (modules or functions, in place
or not), batch a tensor of images, (B, 3, H, W). The model may return a tensor or a tuple, list or
dictionary; the last tensor of two dimensions in it is taken as the logits (B, classes).

The proxy is made of statistics of the network's units. A unit is a ReLU whose output goes into a
convolution whose output goes into a BatchNorm, the very tensors, in the order in which the
convolutions are run. Forward and backward of the sum of the logits, BatchNorm normalising by the
batch, leave for every unit:

    x   the input of the ReLU           gx  the gradient there through this convolution alone
    r   the output of the ReLU          gr  the gradient there through this convolution alone
    y   the output of the BatchNorm     gy  the gradient there
    w   the weight of the convolution   gw  the gradient there, of this use of it

.d is for the batch, .n for standard normal noise of its shape, .p for the difference that normal
noise of variance 0.01 makes when it is added to the batch. What no gradient reaches is zero. A
unit for which the proxy has no finite value is left out; the score is NaN where none is left.

The model is left as it was: parameters, gradients, running statistics, mode, hooks. Other layers
run as in evaluation: no dropout. PyTorch 1.13 or later.
"""
import math

import torch
from torch.overrides import TorchFunctionMode

_STATISTICS = ()  # what the expression reads


# ---- Running the network -------------------------------------------------------------------------


class _Layers(TorchFunctionMode):
    """Sees what a forward pass calls; BatchNorm normalises by the batch."""

    def __init__(self):
        super().__init__()
        functional = torch.nn.functional
        self.seen_by = {
            functional.batch_norm: self.batch_norm,
            functional.conv2d: self.conv2d,
            functional.linear: self.linear,
            functional.relu: self.relu,
            torch.relu: self.relu,
            torch.relu_: self.relu,
            torch.Tensor.relu: self.relu,
            torch.Tensor.relu_: self.relu,
        }

    def __torch_function__(self, function, types, args=(), kwargs=None):
        seen = self.seen_by.get(function)
        if seen is None:
            return function(*args, **(kwargs or {}))
        return seen(function, *args, **(kwargs or {}))

    def batch_norm(self, function, input, running_mean, running_var, weight=None, bias=None,
                   training=False, momentum=0.1, eps=1e-5):
        if input.numel() == input.shape[1]:  # one value a channel, which PyTorch refuses
            shift = 0 if bias is None else bias.reshape(1, -1, *[1] * (input.dim() - 2))
            return input * 0 + shift
        return function(input, None, None, weight, bias, True, momentum, eps)

    def relu(self, function, *args, **kwargs):
        return function(*args, **kwargs)

    conv2d = linear = relu


class _Units(_Layers):
    """Finds the units, counts multiply-adds."""

    def __init__(self):
        super().__init__()
        self.units = []  # one a convolution that reads a ReLU's output; with "y" when complete
        self.multiply_adds = 0
        self.held = {}  # by id: the tensor, so that the id stays its own; its version; what it is

    def hold(self, tensor, what):
        self.held[id(tensor)] = (tensor, tensor._version, what)

    def find(self, tensor, kind):
        """What the tensor was held as, unless it was changed since."""
        _, version, what = self.held.get(id(tensor), (None, None, None))
        return what if isinstance(what, kind) and version == tensor._version else None

    def relu(self, function, input, *args, **kwargs):
        before = input.detach().clone()  # it may be done in place, now or later
        output = function(input, *args, **kwargs)
        self.hold(output, before)
        return output

    def conv2d(self, function, input, weight, *args, **kwargs):
        before = self.find(input, torch.Tensor)
        if before is not None:
            # Tensors of this unit's own: a gradient there is the gradient through this unit.
            grows = torch.is_grad_enabled()
            input = input.clone()
            weight = weight.detach().requires_grad_(grows)
        output = function(input, weight, *args, **kwargs)
        self.multiply_adds += output.numel() // output.shape[0] * weight[0].numel()
        if before is not None:
            unit = {"x": before, "r": input, "w": weight}
            self.units.append(unit)
            self.hold(output, unit)
        return output

    def batch_norm(self, function, input, *args, **kwargs):
        unit = self.find(input, dict)
        output = super().batch_norm(function, input, *args, **kwargs)
        if unit is None:
            return output
        unit["y"] = output
        return output.clone()  # what is done to it in place is not done to y

    def linear(self, function, input, weight, *args, **kwargs):
        output = function(input, weight, *args, **kwargs)
        self.multiply_adds += output.numel() // output.shape[0] * weight.shape[1]
        return output


def _logits(output):
    """The last tensor of two dimensions of what a model returns."""
    if isinstance(output, dict):
        output = list(output.values())
    parts = output if isinstance(output, (tuple, list)) else [output]
    found = [part for part in parts if isinstance(part, torch.Tensor) and part.dim() == 2]
    if not found:
        raise ValueError("the model returns no tensor of two dimensions to be taken as logits")
    return found[-1]


def _forward(model, batch, watch, grows):
    """The logits of one forward pass under a watch."""
    modes = [(module, module.training) for module in model.modules()]
    try:
        for module, _ in modes:
            module.training = False
        with torch.inference_mode(False), torch.set_grad_enabled(grows), watch:
            return _logits(model(batch.clone()))
    finally:
        for module, mode in modes:
            module.training = mode


def _gradients(value, tensors, again=False):
    """Of the value's sum; zeros where none arrives. again: to be differentiated once more."""
    live = [tensor for tensor in tensors if tensor.requires_grad]
    found = [None] * len(live)
    if live and value.requires_grad:
        found = torch.autograd.grad(value, live, torch.ones_like(value), create_graph=again,
                                    allow_unused=True)
    by_id = {id(tensor): gradient for tensor, gradient in zip(live, found)}
    gradients = [by_id.get(id(tensor)) for tensor in tensors]
    return [torch.zeros_like(tensor) if gradient is None else gradient
            for tensor, gradient in zip(tensors, gradients)]


def _pass(model, batch, names):
    """One forward pass, and one backward when a gradient is among the names (without their .d, .n
    or .p): the statistics of every unit, and of the network."""
    backward = any(name.startswith("g") for name in names)
    watch = _Units()
    with torch.inference_mode(False):
        image = batch.detach().clone().requires_grad_(backward)
    logits = _forward(model, image, watch, backward)
    units = [unit for unit in watch.units if "y" in unit]
    sources = {"gr": "r", "gy": "y", "gw": "w"}
    wanted = [name for name in sources if name in names or (name == "gr" and "gx" in names)]
    tensors = [unit[sources[name]] for unit in units for name in wanted]
    if "gin" in names:
        tensors.append(image)
    gradients = _gradients(logits, tensors)
    for unit in units:
        unit.update(zip(wanted, gradients))
        del gradients[:len(wanted)]
        if "gx" in names:
            unit["gx"] = torch.where(unit["x"] > 0, unit["gr"], torch.zeros_like(unit["gr"]))
    network = {"logits": logits, "flops": watch.multiply_adds, "units": len(units)}
    if "gin" in names:
        network["gin"] = gradients[0]
    return [_plain(unit, names) for unit in units], _plain(network, names)


def _plain(statistics, names):
    """Single precision, without history; what was not asked for is dropped, counts are kept."""
    return {name: value.detach().float() if isinstance(value, torch.Tensor) else value
            for name, value in statistics.items()
            if name in names or not isinstance(value, torch.Tensor)}


def _normal(batch, seed):
    """Standard normal noise in the batch's shape, the same on every device."""
    generator = torch.Generator().manual_seed(seed)
    return torch.randn(batch.shape, generator=generator).to(batch)


def _statistics(model, batch, seed, noise, perturbed):
    """What the expression reads: a dictionary a unit, and one of the network."""
    names = {suffix: {name[:-2] for name in _STATISTICS if name.endswith("." + suffix)}
             for suffix in "dnp"}
    difference = names["p"]
    names["d"] |= difference
    if "w" in _STATISTICS:
        names["d" if names["d"] or not names["n"] else "n"].add("w")
    runs = {}
    if names["n"]:
        noise = _normal(batch, 2 * seed) if noise is None else noise
        runs["n"] = _pass(model, noise, names["n"])
    if difference:
        if perturbed is None:
            perturbed = batch + 0.1 * _normal(batch, 2 * seed + 1)
        runs["p"] = _pass(model, perturbed, difference)
    if names["d"] or (not runs and set(_STATISTICS) & {"flops", "units"}):
        runs["d"] = _pass(model, batch, names["d"])
    if len({len(run[0]) for run in runs.values()}) > 1:
        raise RuntimeError("the model ran other layers on the noise than on the batch")

    def gather(parts):
        """Tensors by their names with .d, .n or .p, counts as they are."""
        values = {}
        for suffix, part in parts.items():
            for name, value in part.items():
                if name == "w" or not isinstance(value, torch.Tensor):
                    values[name] = value
                elif suffix == "p":
                    values[name + ".p"] = value - parts["d"][name]
                else:
                    values[name + "." + suffix] = value
        return {name: value.double() if isinstance(value, torch.Tensor) and value.dim() == 2
                else value for name, value in values.items()}

    units = [gather(dict(zip(runs, parts))) for parts in zip(*(run[0] for run in runs.values()))]
    network = gather({suffix: run[1] for suffix, run in runs.items()})
    network.update(model=model, batch=batch, seed=seed)
    return units, network


# ---- Values: four dimensions in single precision, two or none in double --------------------------


class _Misfit(Exception):
    """Shapes that do not go together."""


def _number(value):
    return torch.tensor(float(value), dtype=torch.float64)


def _pair(function, a, b):
    """Place by place; a scalar against single precision is computed in double."""
    if a.dim() and b.dim() and a.shape != b.shape:
        raise _Misfit
    device = a.device if a.dim() else b.device
    a, b = a.to(device), b.to(device)
    if a.dtype == b.dtype:
        return function(a, b).to(a.dtype)
    return function(a.double(), b.double()).float()


def _both(a, b):
    """Two tensors of one shape in double; a scalar stands for one of the other's."""
    if a.dim() and b.dim() and a.shape != b.shape:
        raise _Misfit
    device = a.device if a.dim() else b.device
    return torch.broadcast_tensors(a.double().to(device), b.double().to(device))


def _rows(a):
    """The first dimension against the rest, in double."""
    if a.dim() == 0:
        raise _Misfit
    return a.reshape(a.shape[0], -1).double()


def _moments(a):
    """Mean and standard deviation (n - 1) in double; that of equal numbers is 0 exactly."""
    a = a.double().flatten()
    mean = a[0] if bool((a == a[0]).all()) else a.mean()
    if a.numel() < 2:
        return mean, torch.zeros_like(mean)
    return mean, ((a - mean).square().sum() / (a.numel() - 1)).sqrt()


def _factors(a):
    """Sign and log of the magnitude of the determinants of the last two dimensions. A pivot of
    magnitude at most n 2^-52 max|a| is zero; a matrix that is not finite has NaN."""
    if a.dim() < 2 or a.shape[-1] != a.shape[-2]:
        raise _Misfit
    a = a.double()
    n = a.shape[-1]
    finite = torch.isfinite(a).all(-1).all(-1)
    a = torch.where(finite[..., None, None], a, torch.zeros_like(a))
    factors, rows, _ = torch.linalg.lu_factor_ex(a)
    pivots = factors.diagonal(dim1=-2, dim2=-1)
    zero = n * 2.0 ** -52 * a.abs().amax((-2, -1))
    singular = (pivots.abs() <= zero[..., None]).any(-1)
    swaps = (rows != torch.arange(1, n + 1, device=a.device)).sum(-1)
    odd = (swaps + (pivots < 0).sum(-1)) % 2
    sign = torch.where(singular, 0.0, 1.0 - 2.0 * odd.double())
    log = torch.where(singular, -math.inf, pivots.abs().log().sum(-1))
    return torch.where(finite, sign, math.nan), torch.where(finite, log, math.nan)


def _eigenvalues(a):
    """Of the symmetric part of a matrix, ascending; those of magnitude at most n 2^-52 times the
    largest are 0. All NaN where the matrix is not finite."""
    if a.dim() != 2 or a.shape[0] != a.shape[1]:
        raise _Misfit
    a = (a + a.t()) / 2
    if not bool(torch.isfinite(a).all()):
        return torch.full_like(a[0], math.nan)
    values = torch.linalg.eigvalsh(a)
    zero = a.shape[0] * 2.0 ** -52 * values.abs().max()
    return torch.where(values.abs() <= zero, torch.zeros_like(values), values)


# ---- The primitives ------------------------------------------------------------------------------


def _add(a, b):
    return _pair(torch.add, a, b)


def _sub(a, b):
    return _pair(torch.sub, a, b)


def _mul(a, b):
    return _pair(torch.mul, a, b)


def _div(a, b):
    return _pair(torch.div, a, b)


def _min2(a, b):
    return _pair(torch.minimum, a, b)


def _max2(a, b):
    return _pair(torch.maximum, a, b)


def _lt(a, b):
    return _pair(torch.lt, a, b)


def _gt(a, b):
    return _pair(torch.gt, a, b)


def _eq(a, b):
    return _pair(torch.eq, a, b)


def _abs(a):
    return a.abs()


def _neg(a):
    return -a


def _square(a):
    return a * a


def _sqrt(a):
    """Of the magnitude."""
    return a.abs().sqrt()


def _exp(a):
    return a.exp()


def _log(a):
    """0 where a is not positive; NaN stays."""
    return torch.where(a <= 0, torch.zeros_like(a), a.log())


def _abslog(a):
    """The magnitude of the log of the magnitude; 0 at 0."""
    return torch.where(a == 0, torch.zeros_like(a), a.abs().log().abs())


def _inv(a):
    return 1 / a


def _relu(a):
    return torch.relu(a)


def _sigmoid(a):
    return torch.sigmoid(a)


def _tanh(a):
    return torch.tanh(a)


def _sign(a):
    """0 of NaN."""
    return (a > 0).to(a.dtype) - (a < 0).to(a.dtype)


def _gt0(a):
    return (a > 0).to(a.dtype)


def _lt0(a):
    return (a < 0).to(a.dtype)


def _ones(a):
    return torch.ones_like(a)


def _zeros(a):
    return torch.zeros_like(a)


def _normalize(a):
    """(a - mean) / standard deviation; what would be NaN is 0."""
    mean, deviation = _moments(a)
    scaled = (a.double() - mean) / deviation
    return torch.where(torch.isnan(scaled), torch.zeros_like(scaled), scaled).to(a.dtype)


def _softmax(a):
    """Over dimension 1."""
    return torch.softmax(a.double(), 1).to(a.dtype) if a.dim() else torch.ones_like(a)


def _by_channel(a):
    """The first two dimensions swapped."""
    if a.dim() == 0:
        raise _Misfit
    return a.transpose(0, 1)


def _sum(a):
    return a.double().sum()


def _mean(a):
    return a.double().mean()


def _l1(a):
    """The mean magnitude."""
    return a.double().abs().mean()


def _frob(a):
    """The square root of the sum of squares."""
    return a.double().square().sum().sqrt()


def _std(a):
    return _moments(a)[1]


def _numel(a):
    return _number(a.numel())


def _hamming(a, b):
    """In how many places a > 0 and b > 0 differ."""
    a, b = _both(a, b)
    return ((a > 0) != (b > 0)).sum().double()


def _kldiv(a, b):
    """The sum of b (log b - a) over the number of rows; nothing where b is 0, NaN where below."""
    a, b = _both(a, b)
    other = torch.where(b == 0, 0.0, math.nan).to(a)
    terms = torch.where(b > 0, b * (b.log() - a), other)
    return terms.sum() / (terms.shape[0] if terms.dim() else 1)


def _cosine(a, b):
    """Cosines of the pairs of rows, summed."""
    a, b = (_rows(side) for side in _both(a, b))
    norms = a.norm(dim=1).clamp_min(1e-8) * b.norm(dim=1).clamp_min(1e-8)
    return ((a * b).sum(1) / norms).sum()


def _eigratio(a):
    """The largest over the smallest eigenvalue of the rows' products."""
    values = _eigenvalues(_gram(a))
    return values[-1] / values[0]


def _distinct(a):
    """How many different columns a > 0 has: patterns of activation."""
    return _number(torch.unique(_rows(a) > 0, dim=1).shape[1])


def _jacov(a):
    values = _eigenvalues(_corr(a)) + 1e-5
    return (values.log() + 1 / values).sum()


def _gram(a):
    """The rows' products with each other."""
    rows = _rows(a)
    return rows @ rows.t()


def _corr(a):
    """The rows' correlations with each other."""
    rows = _rows(a)
    rows = rows - rows.mean(1, keepdim=True)
    norms = rows.norm(dim=1).clamp_min(1e-8)
    return (rows @ rows.t()) / norms[:, None] / norms[None, :]


def _agree(a):
    """For each two rows, in how many places their a > 0 agree."""
    positive = (_rows(a) > 0).double()
    return positive @ positive.t() + (1 - positive) @ (1 - positive).t()


def _det(a):
    sign, log = _factors(a)
    return torch.where(sign == 0, sign, sign * log.exp())


def _logdet(a):
    """0 where the determinant is negative or NaN, -inf where it is 0."""
    sign, log = _factors(a)
    return torch.where(sign >= 0, log, torch.zeros_like(log))


def _logabsdet(a):
    return _factors(a)[1]


def _logdet1p(a):
    """log|det(I + a)|"""
    if a.dim() < 2 or a.shape[-1] != a.shape[-2]:
        raise _Misfit
    return _factors(a.double() + torch.eye(a.shape[-1], dtype=torch.float64, device=a.device))[1]


def _eigmin(a):
    return _eigenvalues(a)[0]


def _eigmax(a):
    return _eigenvalues(a)[-1]


def _eigentropy(a):
    """The entropy of the eigenvalues, negative ones taken as 0, scaled to sum 1."""
    values = _eigenvalues(a).clamp_min(0)
    shares = values / values.sum()
    return torch.where(shares == 0, torch.zeros_like(shares), -shares * shares.log()).sum()


def _matmul(a, b):
    """Over the last two dimensions, summed in double."""
    if a.dim() == 0 or a.dim() != b.dim():
        raise _Misfit
    if a.shape[:-2] != b.shape[:-2] or a.shape[-1] != b.shape[-2]:
        raise _Misfit
    return (a.double() @ b.double()).to(a.dtype)


def _plane_mean(a):
    """The mean over the last two of four dimensions."""
    if a.dim() != 4:
        raise _Misfit
    return a.double().mean((2, 3))


# ---- Aggregates: one value a unit to one of the network ------------------------------------------


def _fold(units, of_unit, fold):
    """Folds the means of the units that have a finite one."""
    means = []
    for unit in units:
        try:
            mean = float(of_unit(unit).double().mean())
        except _Misfit:
            continue
        if math.isfinite(mean):
            means.append(mean)
    return _number(fold(means) if means else math.nan)


def _deviation(values):
    """Standard deviation (n - 1); 0 of one value."""
    if len(values) < 2:
        return 0.0
    mean = sum(values) / len(values)
    return math.sqrt(sum((value - mean) ** 2 for value in values) / (len(values) - 1))


def _layer_mean(units, of_unit):
    return _fold(units, of_unit, lambda values: sum(values) / len(values))


def _layer_sum(units, of_unit):
    return _fold(units, of_unit, sum)


def _layer_max(units, of_unit):
    return _fold(units, of_unit, max)


def _layer_min(units, of_unit):
    return _fold(units, of_unit, min)


def _layer_std(units, of_unit):
    return _fold(units, of_unit, _deviation)


def _layer_first(units, of_unit):
    return _fold(units, of_unit, lambda values: values[0])


def _layer_last(units, of_unit):
    return _fold(units, of_unit, lambda values: values[-1])


def _layer_count(units, of_unit):
    return _fold(units, of_unit, len)


def _layer_total(units, of_unit):
    """The sum of the units' tensors that are finite and of the first one's shape."""
    total = None
    for unit in units:
        try:
            value = of_unit(unit)
        except _Misfit:
            continue
        if not bool(torch.isfinite(value).all()):
            continue
        if total is None:
            total, kind = value.double(), value.dtype
        elif total.shape == value.shape:
            total = total + value
    return _number(math.nan) if total is None else total.to(kind)


# ---- Scalars of the network ----------------------------------------------------------------------


def _scalar_params(net):
    """Trainable numbers."""
    return _number(sum(p.numel() for p in net["model"].parameters() if p.requires_grad))


def _scalar_flops(net):
    """Multiply-adds of convolutions and linear layers for one image."""
    return _number(net["flops"])


def _scalar_units(net):
    """How many units there are."""
    return _number(net["units"])


# ---- Classic proxies: scalars of the network from passes of their own ----------------------------
#
# Weighted layers are convolutions and linear layers, their weights without biases. The loss is the
# mean cross-entropy of the batch.


class _Weights(_Layers):
    """Puts a leaf in the place of every weight, so that gradients there can be asked for."""

    def __init__(self):
        super().__init__()
        self.leaves = {}  # by id of the weight: the weight, so that the id stays its own; its leaf

    def conv2d(self, function, input, weight, bias=None, *args, **kwargs):
        if id(weight) not in self.leaves:
            leaf = self.leaf(weight.detach()).requires_grad_(torch.is_grad_enabled())
            self.leaves[id(weight)] = weight, leaf
        return function(input, self.leaves[id(weight)][1], self.shift(bias), *args, **kwargs)

    linear = conv2d

    def leaf(self, weight):
        return weight

    def shift(self, bias):
        return bias

    def all(self):
        return [leaf for _, leaf in self.leaves.values()]


def _labels(net, classes):
    """Of the batch's images: those that were given, else drawn evenly."""
    if net["labels"] is None:
        generator = torch.Generator().manual_seed(net["seed"])
        net["labels"] = torch.randint(classes, (net["batch"].shape[0],), generator=generator)
    return torch.as_tensor(net["labels"]).to(net["batch"].device).long() % classes


def _loss(net, watch, images=slice(None)):
    """Of these images of the batch."""
    logits = _forward(net["model"], net["batch"][images], watch, True)
    labels = _labels(net, logits.shape[1])[images]
    with torch.inference_mode(False), torch.enable_grad():
        return torch.nn.functional.cross_entropy(logits, labels.clone())


def _loss_gradients(net, images=slice(None)):
    """Each weight with its gradient of the loss of these images, in double."""
    watch = _Weights()
    loss = _loss(net, watch, images)
    weights = watch.all()
    return [(weight.detach().double(), gradient.double())
            for weight, gradient in zip(weights, _gradients(loss, weights))]


def _weights_of_all(net):
    """The same of the whole batch, computed once."""
    if "weights" not in net:
        net["weights"] = _loss_gradients(net)
    return net["weights"]


def _scalar_l2_norm(net):
    """The weights' norms, a layer each, summed."""
    watch = _Weights()
    _forward(net["model"], net["batch"], watch, False)
    return _number(sum(weight.double().norm() for weight in watch.all()))


def _scalar_grad_norm(net):
    """The norms of the loss's gradients at the weights, a layer each, summed."""
    return _number(sum(gradient.norm() for _, gradient in _weights_of_all(net)))


def _scalar_snip(net):
    """The magnitudes of weights times gradients, summed."""
    return _number(sum((weight * gradient).abs().sum()
                       for weight, gradient in _weights_of_all(net)))


def _scalar_plain(net):
    """Weights times gradients, summed."""
    return _number(sum((weight * gradient).sum() for weight, gradient in _weights_of_all(net)))


class _Outputs(_Layers):
    """Keeps the outputs of weighted layers, and how many weights each of their channels has."""

    def __init__(self):
        super().__init__()
        self.outputs, self.sizes = [], []

    def conv2d(self, function, input, weight, *args, **kwargs):
        output = function(input, weight, *args, **kwargs)
        if not output.requires_grad:  # nothing before it does
            output.requires_grad_()
        self.outputs.append(output)
        self.sizes.append(weight[0].numel())
        return output.clone()  # what is done to it in place is not done to the one here

    linear = conv2d


def _scalar_fisher(net):
    """Half the batch's mean of each output channel's squared saliency, times its weights."""
    watch, total = _Outputs(), 0.0
    loss = _loss(net, watch)
    for output, size, gradient in zip(watch.outputs, watch.sizes,
                                      _gradients(loss, watch.outputs)):
        saliency = output.detach().double() * gradient.double()
        saliency = saliency.reshape(*output.shape[:2], -1).sum(2)
        total += saliency.square().mean(0).sum() / 2 * size
    return _number(total)


def _scalar_grasp(net):
    """Weights times (the loss's Hessian times its gradient), summed, with a minus."""
    watch = _Weights()
    loss = _loss(net, watch)
    weights = watch.all()
    with torch.inference_mode(False), torch.enable_grad():
        product = torch.zeros((), dtype=torch.float64, device=loss.device)
        for gradient in _gradients(loss, weights, again=True):
            product = product + (gradient.detach().double() * gradient.double()).sum()
    second = _gradients(product, weights)
    return _number(-sum((weight.detach().double() * curvature.double()).sum()
                        for weight, curvature in zip(weights, second)))


def _image_correlations(net):
    """Of the images' gradients of the sum of the logits; None where one is constant."""
    if "correlations" not in net:
        found = _pass(net["model"], net["batch"], {"gin", "logits"})[1]
        net["classes"] = found["logits"].shape[1]
        rows = found["gin"].double().flatten(1)
        rows = rows - rows.mean(1, keepdim=True)
        lengths = rows.norm(dim=1, keepdim=True)
        good = bool((torch.isfinite(lengths) & (lengths > 0)).all())
        rows = rows / lengths
        net["correlations"] = (rows @ rows.t()).clamp(-1, 1).fill_diagonal_(1) if good else None
    return net["correlations"]


def _scalar_jacov(net):
    correlations = _image_correlations(net)
    if correlations is None:
        return _number(math.nan)
    values = torch.linalg.eigvalsh(correlations) + 1e-5
    return -(values.log() + 1 / values).sum()


def _scalar_epe_nas(net):
    """How the images of each class correlate; with more than 100 classes, how classes differ."""
    correlations = _image_correlations(net)
    if correlations is None:
        return _number(math.nan)
    labels = _labels(net, net["classes"])
    sums, means = [], []
    for label in labels.unique():
        own = correlations[labels == label][:, labels == label]
        sums.append((own.abs() + 1e-5).log().sum())
        means.append(sums[-1] / own.shape[0])
    if net["classes"] <= 100:
        return _number(sum(value.abs() for value in sums))
    return _number(sum((a - b).abs() for a in means for b in means) / len(means))


class _Signs(_Layers):
    """Keeps where the inputs of ReLUs are positive, images by places."""

    def __init__(self):
        super().__init__()
        self.signs = []

    def relu(self, function, input, *args, **kwargs):
        self.signs.append((input.detach() > 0).flatten(1))
        return function(input, *args, **kwargs)


def _signs(net):
    """Computed once."""
    if "signs" not in net:
        watch = _Signs()
        _forward(net["model"], net["batch"], watch, False)
        net["signs"] = watch.signs
    return net["signs"]


def _scalar_nwot(net):
    """log |det K|, K counting the places where two images agree."""
    images = net["batch"].shape[0]
    kernel = torch.zeros(images, images, dtype=torch.float64, device=net["batch"].device)
    for signs in _signs(net):
        on, off = signs.double(), (~signs).double()
        kernel = kernel + on @ on.t() + off @ off.t()
    return _factors(kernel)[1]


def _scalar_swap(net):
    """How many patterns across the batch there are among all places."""
    found = []
    for signs in _signs(net):
        words = [torch.zeros_like(signs[0], dtype=torch.int64)]
        for image, row in enumerate(signs):
            if image and image % 62 == 0:
                words.append(torch.zeros_like(words[0]))
            words[-1] += row.long() << image % 62
        found.append(torch.unique(torch.stack(words, 1), dim=0))
    return _number(torch.unique(torch.cat(found), dim=0).shape[0] if found else 0)


class _Flow(_Weights):
    """Weights by their magnitude, in double; no BatchNorm."""

    def batch_norm(self, function, input, *args, **kwargs):
        return input.clone()

    def leaf(self, weight):
        return weight.double().abs()

    def shift(self, bias):
        return None if bias is None else bias.detach().double().abs()


def _scalar_synflow(net):
    """The magnitudes of weights times gradients of the sum of the logits, of an image of ones."""
    watch = _Flow()
    image = torch.ones_like(net["batch"][:1], dtype=torch.float64)
    logits = _forward(net["model"], image, watch, True)
    weights = watch.all()
    return _number(sum((weight.detach() * gradient).abs().sum()
                       for weight, gradient in zip(weights, _gradients(logits, weights))))


class _Gaussian(_Weights):
    """Normal weights, drawn in the order of their use; sees what is pooled in the end."""

    def __init__(self, seed):
        super().__init__()
        self.generator = torch.Generator().manual_seed(seed)
        self.variances = []  # of what BatchNorms read, a channel each
        self.pooled = None  # the last images' maps that became one value a channel, or none
        self.last = None  # the last maps

    def __torch_function__(self, function, types, args=(), kwargs=None):
        output = super().__torch_function__(function, types, args, kwargs)
        if isinstance(output, torch.Tensor) and function not in self.seen_by:
            before = args[0] if args else None
            if self.is_map(before) and before[0, 0].numel() > 1 and (
                    output.shape[:1] == before.shape[:1] and output.shape[2:].numel() == 1):
                self.pooled = before
        if self.is_map(output):
            self.last = output
        return output

    def is_map(self, tensor):
        return isinstance(tensor, torch.Tensor) and tensor.dim() == 4

    def features(self):
        return (self.last if self.pooled is None else self.pooled).double()

    def leaf(self, weight):
        return torch.randn(weight.shape, generator=self.generator).to(weight)

    def shift(self, bias):
        return None

    def batch_norm(self, function, input, *args, **kwargs):
        self.variances.append(input.detach().double().transpose(0, 1).flatten(1).var(1))
        return super().batch_norm(function, input, None, None)


def _scalar_zen(net):
    """How far a small change of a normal image goes, and how far BatchNorms scaled it back."""
    batch, generator = net["batch"], torch.Generator().manual_seed(net["seed"] + 1)
    image, change = (torch.randn(batch.shape, generator=generator) for _ in range(2))
    passes = [_Gaussian(net["seed"]) for _ in range(2)]
    for watch, tensor in zip(passes, (image, image + 0.01 * change)):
        _forward(net["model"], tensor.to(batch), watch, False)
    apart = (passes[0].features() - passes[1].features()).abs().sum() / batch.shape[0]
    running = [0.9 * (0.9 + 0.1 * first) + 0.1 * second
               for first, second in zip(passes[0].variances, passes[1].variances)]
    return _number(apart.log() + sum(variance.mean().log() / 2 for variance in running))


def _scalar_zico(net):
    """The gradients of two halves of the batch: per layer the log of the sum of mean magnitude over
    deviation, summed."""
    half = (net["batch"].shape[0] + 1) // 2
    if half == net["batch"].shape[0]:
        return _number(math.nan)
    total = 0.0
    for (_, a), (_, b) in zip(_loss_gradients(net, slice(half)),
                              _loss_gradients(net, slice(half, None))):
        apart = (a - b).abs()
        ratios = torch.where(apart != 0, (a.abs() + b.abs()) / apart, torch.zeros_like(a)).sum()
        total += ratios.log() if ratios != 0 else 0.0
    return _number(total)


# ---- The expression ------------------------------------------------------------------------------


def _expression(units, net):
    raise NotImplementedError


def score(model, batch, *, seed=0, noise=None, perturbed=None, labels=None):
    """The proxy's value for a model.

    seed names the noise, and whatever else the proxy draws. noise and perturbed replace it: the
    tensor to run in the place of noise, and the batch with its perturbation added, each of the
    batch's shape. labels are the images' classes, (B,); drawn, where they are read and not given.
    """
    units, net = _statistics(model, batch, seed, noise, perturbed)
    net["labels"] = labels
    with torch.no_grad():
        try:
            return float(_expression(units, net).double().mean())
        except _Misfit:
            return math.nan
