"""Nemotron-H: layers of one part each, Mamba-2, attention without positions, or a feed-forward part without a gate."""

from reference.specimen import Specimen, Variant

specimen = Specimen(
    tiny={
        "vocab_size": 48,
        "hidden_size": 32,
        "intermediate_size": 40,
        "layers_block_type": ["linear_attention", "full_attention", "mlp", "linear_attention"],
        "num_attention_heads": 4,
        "num_key_value_heads": 2,
        "head_dim": 12,
        "max_position_embeddings": 64,
        "mlp_bias": True,
        "use_bias": True,
        "ssm_state_size": 10,
        "mamba_num_heads": 6,
        "mamba_head_dim": 8,
        "n_groups": 2,
        "chunk_size": 5,
        "time_step_min": 0.4,
    },
    variants={
        "nemotron_h": Variant(
            gradients=["*.embeddings.weight", "*.layers.1.*", "*.layers.2.*", "*.layers.3.*", "*.norm_f.weight", "lm_head.weight"],
            switches={
                "layer_norm_epsilon": 0.1,
                "time_step_min": 0.001,
                "mlp_bias": False,
                "use_bias": False,
                "use_conv_bias": False,
                "mamba_hidden_act": "gelu",
                "mlp_hidden_act": "gelu",
            },
            cached_differs="it limits steps where it reads several tokens, and not where it reads one",
        ),
        "nemotron_h-experts": Variant(
            config={
                "layers_block_type": ["linear_attention", "moe", "full_attention", "moe"],
                "mlp_bias": False,
                "use_bias": False,
                "time_step_min": 0.001,
                "n_routed_experts": 8,
                "n_group": 4,
                "topk_group": 2,
                "num_experts_per_tok": 2,
                "moe_intermediate_size": 20,
                "moe_shared_expert_intermediate_size": 28,
                "routed_scaling_factor": 1.5,
            },
            gradients=["*.layers.3.*"],
            cached_differs="it limits steps where it reads several tokens, and not where it reads one",
            switches={
                "routed_scaling_factor": 1.0,
                "norm_topk_prob": False,
                "num_experts_per_tok": 3,
                "topk_group": 1,
            },
        ),
        "nemotron_h-latent": Variant(
            config={
                "layers_block_type": ["moe", "full_attention"],
                "n_routed_experts": 6,
                "n_group": 1,
                "topk_group": 1,
                "num_experts_per_tok": 2,
                "moe_intermediate_size": 20,
                "moe_shared_expert_intermediate_size": 28,
                "moe_latent_size": 12,
            },
        ),
    },
)
