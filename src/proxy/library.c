/*
 * The proxies that come with the program: published programs and hand-made ones as trees, and the
 * classic ones, each a tree of one node.
 */
#include "config.h"
#include "evoscope/classic.h"
#include "evoscope/proxy.h"

#include <string.h>

static const struct evo_proxy library[] = {
        {"eznas-a", "layer_mean(frob(sigmoid(logdet(sign(gx.d)))))",
         "Akhauri et al., EZNAS, NeurIPS 2022: the general program"},
        {"eznas-r", "layer_mean(square(abs(frob(r.n))))",
         "Akhauri et al., EZNAS, NeurIPS 2022: an early top program"},
        {"eznas-enas",
         "layer_mean(inv(add(frob(y.p), exp(frob(log(sigmoid(log(sigmoid(y.p)))))))))",
         "Akhauri et al., EZNAS, NeurIPS 2022: found on NDS ENAS"},
        {"eznas-pnas", "layer_mean(kldiv(normalize(normalize(normalize(gy.p))), gt0(gy.d)))",
         "Akhauri et al., EZNAS, NeurIPS 2022: found on NDS PNAS"},
        {"eznas-nasnet", "layer_mean(frob(lt0(log(add(log(y.p), x.n)))))",
         "Akhauri et al., EZNAS, NeurIPS 2022: found on NDS NASNet"},
        {"nwot-tree", "logabsdet(layer_total(agree(x.d)))",
         "Mellor et al., ICML 2021, over the ReLUs of units"},
        {"jacov-tree", "neg(jacov(gin.d))", "Mellor et al. 2020 (v1 of the above)"},
        {"swap-tree", "layer_sum(distinct(x.d))", "Peng et al., SWAP-NAS, ICLR 2024, by unit"},
        {"meco-tree", "layer_sum(eigmin(corr(by_channel(r.n))))",
         "Jiang et al., MeCo, NeurIPS 2023"},
        {"wrcor-tree", "logabsdet(layer_total(add(abs(corr(x.d)), abs(corr(gx.d)))))",
         "after weighted response correlation (WRCor), unweighted"},
        {"evoscope-a",
         "mul(mul(layer_first(logabsdet(gx.n)), mean(mul(layer_total(eigmin(corr(gw.n))), "
         "layer_total(log(det(gx.n)))))), mean(layer_total(relu(logabsdet(lt0(gx.n))))))",
         "found by evoscope on NAS-Bench-201, without the classic ones: seed 1"},
        {"evoscope-b",
         "mul(mul(mul(square(layer_mean(logdet(gx.n))), "
         "sqrt(layer_sum(tanh(eigmin(corr(gw.p)))))), layer_sum(abslog(corr(softmax(gx.p))))), "
         "mean(sqrt(layer_total(logabsdet(y.n)))))",
         "found by evoscope on NAS-Bench-201, without the classic ones: seed 2"},
        {"evoscope-c",
         "mul(mul(mean(layer_total(gram(gt0(logabsdet(y.n))))), "
         "square(div(layer_sum(square(logdet1p(corr(gw.d)))), sqrt(layer_max(sqrt(gw.d)))))), "
         "layer_std(distinct(gw.p)))",
         "found by evoscope on NAS-Bench-201, without the classic ones: seed 3"},
        {"evoscope-d",
         "div(div(div(layer_sum(square(eigentropy(corr(gw.d)))), sqrt(layer_min(jacov(gw.n)))), "
         "sqrt(layer_max(sqrt(gw.d)))), sqrt(layer_max(logabsdet(gy.p))))",
         "found by evoscope on NAS-Bench-201, without the classic ones: seed 4"},
        {"evoscope-e",
         "mul(div(mean(mul(layer_sum(gram(log(corr(gw.n)))), abslog(gin.n))), "
         "sqrt(layer_min(jacov(gw.n)))), sqrt(layer_sum(square(det(corr(gx.p))))))",
         "found by evoscope on NAS-Bench-201, without the classic ones: seed 5"},
        {"evoscope-f",
         "div(div(square(mul(div(sqrt(layer_sum(eigmin(corr(gw.p)))), sqrt(grad_norm)), "
         "square(layer_sum(det(corr(gx.p)))))), sqrt(snip)), layer_min(jacov(gw.n)))",
         "found by evoscope on NAS-Bench-201, with the classic ones: seed 5"},
        {"depth", "layer_count(ones(w))", "the number of units"},
        {"params", "params", "trainable parameters; a baseline in Ning et al., NeurIPS 2021"},
        {"flops", "flops", "multiply-adds; a baseline in Ning et al., NeurIPS 2021"},
};

/* The classic proxies follow. */
size_t evo_proxy_count(void)
{
	return EVO_COUNT(library) + EVO_CLASSICS;
}

struct evo_proxy evo_proxy_at(size_t index)
{
	if (index < EVO_COUNT(library))
		return library[index];
	index -= EVO_COUNT(library);
	return (struct evo_proxy){evo_classic_name(index), evo_classic_name(index),
	                          evo_classic_source(index)};
}

size_t evo_proxy_find(const char *name)
{
	size_t index = 0;

	while (index < evo_proxy_count() && strcmp(evo_proxy_at(index).name, name) != 0)
		index++;
	return index;
}
