"""Words of Python programs: what is harmless in any of them, and what could reach those who watch it."""

from __future__ import annotations


def _words(text: str) -> set[str]:
    return set(text.split())


HARMLESS = _words("""
    __future__ abc argparse array bisect collections contextlib copy csv dataclasses datetime decimal enum
    fractions functools glob hashlib heapq itertools json logging math numbers numpy operator pathlib platform
    pprint queue random re resource shutil statistics string struct tempfile textwrap time torch tracemalloc
    typing uuid warnings weakref
    accelerate apex bitsandbytes deepspeed fairscale flash_attn psutil pynvml tensorboard tqdm transformers
    typing_extensions wandb xformers
""")
PARTS = {  # modules of which only these parts are harmless
    "atexit": _words("register"),
    "builtins": _words("print"),
    "gc": _words("collect disable enable freeze get_count get_stats get_threshold isenabled set_threshold"),
    "inspect": _words("signature"),
    "os": _words("""
        cpu_count devnull environ getcwd getenv getpid linesep listdir makedirs mkdir name path remove rename
        replace sched_getaffinity sep unlink
    """),
    "signal": _words("SIGINT SIGTERM signal"),
    "socket": _words("gethostname"),
    "sys": _words("argv exit float_info getsizeof maxsize path platform stderr stdout version version_info"),
    "threading": _words("Condition Event Lock RLock Semaphore Thread current_thread"),
    "traceback": _words("format_exc print_exc"),
    "types": _words("MethodType SimpleNamespace"),
}
BUILTINS = _words("__builtins__ __import__ __loader__ breakpoint eval exec globals locals")
SPECIAL = _words("""
    __all__ __annotations__ __call__ __class__ __del__ __dict__ __doc__ __enter__ __exit__ __file__
    __get__ __getitem__ __init__ __iter__ __len__ __name__ __new__ __next__ __post_init__ __qualname__
    __repr__ __setattr__ __slots__ __str__ __version__
""")
REACHING = _words("""
    _C _exit _getframe _current_frames _python_dispatch attrgetter cell_contents co_consts cpp_extension
    ctypeslib currentframe f_back f_builtins f_code f_globals f_locals get_objects get_referents get_referrers
    gi_frame import_module load_library methodcaller setprofile settrace tb_frame TorchDispatchMode
    TorchFunctionMode walk_stack walk_tb Formatter ForwardRef get_field get_type_hints pickle vformat
""")
TOLD = {word for word in REACHING if word.startswith("_")}
TOLD |= _words("__builtins__ __closure__ __code__ __globals__ __self__ __subclasses__ __wrapped__")
INNER = _words("_builtins _os _sys ctypes importlib library subprocess") | PARTS.keys() - {"signal"}
MODULES = {f"torch.{name}" for name in _words("amp autograd cuda distributed nn nn.functional optim utils")}
MODULES |= {"torch", "torch.utils.data", "torch.utils.checkpoint"}
ASKING = _words("dir getattr hasattr id isinstance print repr str type")
SETTINGS = ("torch.backends", "torch._dynamo.config", "torch._inductor.config", "sys.std", "builtins.print")
# Arguments by which a text or a file is run, and the value that does not do so.
LOADING = {"weights_only": "True", "eval_str": "False", "pickle_module": ""}
PLACES = ("/proc", "/dev/fd", "/sys")
