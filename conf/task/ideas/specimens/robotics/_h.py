import yaml,json,glob
C={}
for f in glob.glob('/work/main/toolkits/papers/corpus/*.yaml'):
    for p in yaml.safe_load(open(f)): C[p['key']]=p
N=dict(rt1='RT-1',rt2='RT-2',rtx='Open X-Embodiment',palme='PaLM-E',saycan='SayCan',cap='Code as Policies',vima='VIMA',octo='Octo',openvla='OpenVLA',pi0='π0',
domainrand='Domain randomization',dynrand='Dynamics randomization',dactyl='Dactyl',rcan='RCAN',hwangbo='ANYmal',rubik="Solving Rubik's Cube with a Robot Hand",lee2020='Learning Quadrupedal Locomotion over Challenging Terrain',rma='RMA',rudin='Learning to Walk in Minutes',dagger='DAgger',gail='GAIL',bcz='BC-Z',robomimic='robomimic',peract='PerAct',diffpolicy='Diffusion Policy',act='ACT',mobilealoha='Mobile ALOHA',pinto='Supersizing Self-supervision',handeye='Hand-Eye Coordination',dexnet2='Dex-Net 2.0',her='HER',qtopt='QT-Opt',
dreamerv3='DreamerV3',daydreamer='DayDreamer',tdmpc2='TD-MPC2',cql='CQL',ppo='PPO',christiano='Deep Reinforcement Learning from Human Preferences',stiennon='Learning to summarize from human feedback',instructgpt='InstructGPT',hh='HH-RLHF',cai='Constitutional AI',overopt='Scaling Laws for Reward Model Overoptimization',dpo='DPO',rlaif='RLAIF',grpo='DeepSeekMath',r1='DeepSeek-R1',ewc='EWC',si='Synaptic Intelligence',progressive='Progressive Neural Networks',clear='CLEAR',cworld='Continual World',plasticity='Loss of Plasticity in Deep Continual Learning',muzero='MuZero',dt='Decision Transformer',gato='Gato',
lost_middle='Lost in the Middle',selfrag='Self-RAG',raptor='RAPTOR',graphrag='GraphRAG',hipporag='HippoRAG',genagents='Generative Agents',reflexion='Reflexion',memorybank='MemoryBank',recsum='Recursively Summarizing',msc='Beyond Goldfish Memory',memgpt='MemGPT',llmlingua='LLMLingua',locomo='LoCoMo',longmemeval='LongMemEval',mem0='Mem0',mend='MEND',rome='ROME',memit='MEMIT',yarn='YaRN',streamingllm='StreamingLLM',rag='RAG',knnlm='kNN-LM',lora='LoRA',react='ReAct',ddpg='DDPG',dqn2013='DQN')
A=dict(dactyl='Andrychowicz et al.',rubik='Akkaya et al.',rtx='Open X-Embodiment Collaboration',octo='Octo Model Team',r1='DeepSeek-AI')
def P(k):
    p=C[k]; au=p['authors']
    a=A.get(k) or (au[0].split()[-1] if len(au)==1 else au[0].split()[-1]+' and '+au[1].split()[-1] if len(au)==2 and au[1]!='others' else au[0].split()[-1]+' et al.')
    return f"{N[k]} ({a}, {p['year']}; arXiv:{p['arxiv']})"
def I(title,problem,papers,approach,why,out,metrics,value,payer,risks):
    ps=[P(k) for k in papers.split()] if isinstance(papers,str) else papers
    return dict(title=title,problem=problem,papers=ps,approach=approach,why_now=why,expected_outcome=out,metrics=metrics,business_value=value,who_pays=payer,key_risks=risks)
def S(topic,name,*ideas):
    with open(f'/tmp/ideas/specimens/{topic}/{name}.json','w',encoding='utf-8') as f:
        json.dump({'ideas':list(ideas)},f,indent=2,ensure_ascii=False); f.write('\n')
    for i in ideas:
        n=len(' '.join(' '.join(v) if isinstance(v,list) else v for v in i.values()).split())
        print(topic,name,n,i['title'])
